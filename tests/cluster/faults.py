"""Faults to switch on in a test: what a network, an API server, etcd or a node does to the bot sooner or later.

Those of the network concern one door, so that only who came through it suffers. The others concern the whole cluster
and need one of our own.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.cluster import namespaces
from tests.cluster.lifecycle import Cluster
from tests.cluster.places import ETCD
from tests.cluster.relay import Door

MARK = {"name": "watchkeeper-compaction", "namespace": "default"}
Undo = Callable[[], None]


class NotHere(Exception):
    """This fault cannot be had on a cluster that is not our own."""


class Fault:
    """One fault, from its making until ``end`` or the end of the ``with`` block."""

    def __init__(self, undo: Undo) -> None:
        self._undo = undo
        self._over = False

    def end(self) -> None:
        if not self._over:
            self._over = True
            self._undo()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()


class Faults:
    """What can be broken through this door and in the cluster behind it. Call it with a fault's name."""

    def __init__(self, door: Door, cluster: Cluster | None) -> None:
        self._door = door
        self._cluster = cluster
        self._active: list[Fault] = []
        self._lost_api = False
        self._named: dict[str, Callable[..., Undo]] = {
            "down": self._down,
            "slow": self._slow,
            "half-open": self._half_open,
            "cut": self._cut,
            "killed": self._killed,
            "compaction": self._compaction,
            "kubelet-stopped": self._kubelet_stopped,
        }

    def __call__(self, name: str, **options: float) -> Fault:
        """Begin a fault:

        - ``down``: nobody listens, connections are cut
        - ``slow``: each piece of data comes ``seconds`` later, both ways
        - ``half-open``: connections stay, nothing arrives; those open at the time never come back
        - ``cut``: every connection is reset once
        - ``killed``: the API server is killed; started again at the end
        - ``compaction``: etcd forgets all old versions and the API server starts anew (it would remember enough to
          hide the former): watches from an earlier version and continue tokens answer 410
        - ``kubelet-stopped``: the node's agent hangs; Ready=Unknown after 20 s
        """
        fault = Fault(self._named[name](**options))
        self._active.append(fault)
        return fault

    def end_all(self) -> None:
        for fault in reversed(self._active):
            fault.end()
        if self._lost_api and self._cluster is not None:
            self._cluster.restart_clients()  # or the next test would wait for them

    def _down(self) -> Undo:
        self._door.refuse(on=True)
        return lambda: self._door.refuse(on=False)

    def _slow(self, seconds: float = 2.0) -> Undo:
        self._door.slow(seconds)
        return lambda: self._door.slow(0)

    def _half_open(self) -> Undo:
        self._door.half_open(on=True)
        return lambda: self._door.half_open(on=False)

    def _cut(self) -> Undo:
        self._door.cut()
        return _nothing

    def _killed(self) -> Undo:
        cluster = self._own("killing the API server")
        self._lost_api = True
        cluster.kill_api()
        return cluster.restart_api

    def _compaction(self) -> Undo:
        cluster = self._own("compacting etcd")
        self._lost_api = True
        api = cluster.api
        # Written to first, so that this version is surely newer than what the API server's own round has compacted.
        api.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": MARK, "data": {"at": str(time.time_ns())}})
        newest = api.get("/api/v1/namespaces", limit=1)["metadata"]["resourceVersion"]
        etcdctl = ["env", "ETCDCTL_API=3", "etcdctl", f"--endpoints={ETCD}"]
        namespaces.run(cluster.anchor, [*etcdctl, "compact", newest])
        cluster.kill_api()
        cluster.restart_api()
        return _nothing

    def _kubelet_stopped(self) -> Undo:
        cluster = self._own("stopping the kubelet")
        cluster.parts.signal("kubelet", signal.SIGSTOP)

        def go_on() -> None:
            cluster.parts.signal("kubelet", signal.SIGCONT)
            cluster.wait_for_node()

        return go_on

    def _own(self, what: str) -> Cluster:
        if self._cluster is None:
            raise NotHere(f"{what} needs the project's own cluster, not one given by kubeconfig")
        return self._cluster


def _nothing() -> None:
    """For faults that are over at once."""
