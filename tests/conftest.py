"""What every test may ask for: the fixtures of the real cluster."""

pytest_plugins = ["tests.cluster.fixtures"]
