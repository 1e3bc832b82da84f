"""The simulated cluster, module by module; what it shares with a real one is in tests/contract/kubernetes."""
