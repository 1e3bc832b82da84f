"""Leases are renewed while a kubelet lives; a silent one becomes Unknown."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import get, live


def ready(cluster: Cluster) -> str:
    conditions = get(cluster, "Node", "node-1", "")["status"]["conditions"]
    return str(next(one["status"] for one in conditions if one["type"] == "Ready"))


def test_a_silent_node_is_unknown_and_comes_back(cluster: Cluster) -> None:
    lease = get(cluster, "Lease", "node-1", "kube-node-lease")
    live(cluster, 15)
    assert get(cluster, "Lease", "node-1", "kube-node-lease")["spec"]["renewTime"] > lease["spec"]["renewTime"]
    cluster.nodes.stop("node-1")
    live(cluster, 40)
    assert ready(cluster) == "True"
    live(cluster, 15)
    assert ready(cluster) == "Unknown"
    cluster.nodes.start("node-1")
    assert ready(cluster) == "True"
