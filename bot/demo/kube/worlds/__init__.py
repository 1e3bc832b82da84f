"""What lives in a simulated cluster: one module for each world.

A world is built in the past and lived up to now, so that ages, events and revisions are those of a cluster that has
been running; what it still has in store lies on the agenda.
"""

from __future__ import annotations

from typing import Protocol

from bot.demo.kube.cluster import Cluster


class World(Protocol):
    """``age``: for how many seconds the cluster has existed when the server opens."""

    age: float

    def build(self, cluster: Cluster) -> None:
        """Called at the beginning of its past."""
