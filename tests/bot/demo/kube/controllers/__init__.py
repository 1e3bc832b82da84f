"""One test for each controller."""
