"""One module a describer."""
