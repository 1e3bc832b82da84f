"""A cluster's life: up, down, what it can do on demand, and the sweeping away of what an earlier run left."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster import addons, binaries, configs, namespaces, packages, pki
from tests.cluster.client import Api
from tests.cluster.namespaces import Anchor
from tests.cluster.parts import Parts
from tests.cluster.places import API_PORT, NODE, NODE_ADDRESS, RUN_ROOT, Place
from tests.cluster.relay import Door, Relay
from tests.cluster.waiting import wait_until

SESSION = "test-"  # so begin the names of pytest's own clusters; the number of the process that owns them follows
START = 60.0  # seconds that each step may take on a machine which is busy with other things
Say = Callable[[str], None]


def quiet(line: str) -> None:
    """For tests: pytest's output is no place for progress."""


class Cluster:
    """A running cluster, and the relay through which this process reaches it."""

    def __init__(self, place: Place, anchor: Anchor) -> None:
        self.place = place
        self.parts = Parts(place, anchor)
        self.anchor = anchor
        self.relay = Relay(lambda: namespaces.join_network(anchor))
        self.gate = self.door()
        self.admin_kubeconfig = self.kubeconfig_for("admin", self.gate.url)
        self.api = Api(self.admin_kubeconfig)

    def door(self) -> Door:
        """Another way in, whose faults are nobody else's."""
        return self.relay.door(NODE_ADDRESS, API_PORT)

    def kubeconfig_for(self, user: str, server: str) -> Path:
        """A kubeconfig of one of the certificates' users for use outside, through a door of the relay."""
        path = self.place.run / "kube" / f"{user}-{server.rpartition(':')[2]}.conf"
        path.write_text(self.kubeconfig_text(user, server))
        return path

    def kubeconfig_text(self, user: str, server: str) -> str:
        return pki.kubeconfig(self.place, user, server)

    def node_ready(self, node: str = NODE) -> bool:
        found = self.api.find(f"/api/v1/nodes/{node}")
        conditions = (found or {}).get("status", {}).get("conditions", [])
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    def wait_for_api(self) -> None:
        self._wait(self.api.ready, "apiserver", "the API server to be ready")

    def restart_api(self) -> None:
        """Back after ``kill_api``."""
        self.parts.apiserver()
        self.wait_for_api()

    def restart_clients(self) -> None:
        """Start anew what has lost its API server: each of its watches waits up to a minute before it tries again."""
        for name, start in (
            ("controller-manager", self.parts.controller_manager),
            ("scheduler", self.parts.scheduler),
            ("kubelet", self.parts.kubelet),
        ):
            self.parts.signal(name, signal.SIGKILL)
            start()
        self.wait_for_node()

    def kill_api(self) -> None:
        self.parts.signal("apiserver", signal.SIGKILL)
        wait_until(lambda: not self.parts.runs("apiserver"), 10, "the API server to die")

    def need(self, name: str) -> None:
        """Start a part that is not always wanted, once: metrics-server, rollouts, kube-state-metrics, prometheus."""
        addons.start(name, self.parts, self.api)

    def close(self) -> None:
        """Let go of it; it goes on running unless this process owns it."""
        self.relay.close()

    def wait_for_node(self) -> None:
        self._wait(self.node_ready, "kubelet", "the node to be Ready")

    def _wait(self, predicate: Callable[[], bool], part: str, what: str) -> None:
        try:
            wait_until(lambda: predicate() or not self.parts.runs(part), START, what)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; the end of its log:\n{self.parts.log(part)}") from None
        if not self.parts.runs(part):
            raise RuntimeError(f"{part} ended while it was waited for; the end of its log:\n{self.parts.log(part)}")


def up(place: Place, *, owned: bool, say: Say = quiet, crash_loop_max: str = configs.CRASH_LOOP_MAX) -> Cluster:
    """Start a cluster and return when its node is Ready. What an earlier one of that name left is removed first."""
    begin = time.monotonic()

    def tell(what: str) -> None:
        say(f"{time.monotonic() - begin:5.1f} s  {what}")

    namespaces.leave(place)
    anchor = namespaces.enter(place, owned=owned)
    try:
        pki.write(place)
        parts = Parts(place, anchor)
        parts.etcd()
        parts.apiserver()
        parts.containerd()
        tell("etcd, API server and containerd started")
        cluster = Cluster(place, anchor)
        cluster.wait_for_api()
        tell("API server ready")
        parts.controller_manager()
        parts.scheduler()
        wait_until(place.containerd_socket.exists, START, "containerd's socket")
        parts.images()
        parts.kubelet(crash_loop_max)
        parts.proxy()
        cluster.wait_for_node()
        tell("node Ready")
    except BaseException:  # also an impatient ctrl-C leaves nothing behind
        namespaces.leave(place)
        raise
    return cluster


def attach(place: Place) -> Cluster | None:
    """The running cluster of that name."""
    anchor = namespaces.find(place)
    return Cluster(place, anchor) if anchor else None


def down(place: Place) -> None:
    namespaces.leave(place)


def sweep() -> None:
    """Remove what is left of pytest's clusters whose owner was killed: empty mounts and cgroups, no processes."""
    for record in RUN_ROOT.glob(f"{SESSION}*.anchor"):
        place = Place(record.name.removesuffix(".anchor"))
        owner = place.name.removeprefix(SESSION).partition("-")[0]
        if not Path("/proc", owner).exists():
            namespaces.leave(place)


def prepare(say: Say = print) -> None:
    """Packages and binaries, whatever is missing. Raises RuntimeError with the reason."""
    problem = packages.obstacle()
    if problem:
        raise RuntimeError(problem)
    packages.provide()
    binaries.build(say)
