"""One set of assertions about bytes on the wire, run against the simulated cluster and against a real one."""
