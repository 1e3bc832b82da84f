"""One pod on each node."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import every, get, live, workload


def test_every_node_has_one(cluster: Cluster) -> None:
    cluster.nodes.add("node-2", "10.0.1.2", "ap-northeast-2b")
    cluster.apply(workload("DaemonSet", replicas=None))
    live(cluster, 10)
    assert sorted(pod["spec"]["nodeName"] for pod in every(cluster, "Pod")) == ["node-1", "node-2"]
    assert get(cluster, "DaemonSet", "api")["status"]["numberAvailable"] == 2
