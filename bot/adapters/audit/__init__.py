"""The chained audit log and its sinks."""
