"""What every test may ask for (the fixtures of the real cluster), and which tests share a worker when several run."""

import pytest
from hypothesis import HealthCheck, settings

# A shared machine may take its time; a property is about values, not about speed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

pytest_plugins = ["tests.cluster.fixtures"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the real cluster and one the browser: each is started once, and nobody else loads it."""
    for item in items:
        for name in ("cluster", "browser"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))
