"""A cluster whose time moves by hand."""

from __future__ import annotations

import pytest

from bot.demo.kube.clock import Agenda
from bot.demo.kube.cluster import Cluster
from bot.demo.kube.worlds.bare import Bare
from tests.bot.demo.kube.helpers import live

START = 1_795_000_000.0


@pytest.fixture
def cluster() -> Cluster:
    """One node, the namespace ``shop``, thirty seconds old."""
    made = Cluster(Agenda(start=START, speed=None))
    made.start()
    Bare().build(made)
    made.apply({"kind": "Namespace", "metadata": {"name": "shop"}})
    live(made, 30)
    return made
