"""Where audit records go: the store (the chain's home) and standard output. One module a sink."""
