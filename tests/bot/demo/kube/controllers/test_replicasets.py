"""A lost pod is replaced."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from tests.bot.demo.kube.helpers import every, live, reasons, workload


def test_a_deleted_pod_is_replaced(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment"))
    live(cluster, 5)
    lost = every(cluster, "Pod")[0]["metadata"]["name"]
    cluster.registry.delete(BY_KIND["Pod"], "shop", lost)
    live(cluster, 10)
    names = [pod["metadata"]["name"] for pod in every(cluster, "Pod")]
    assert len(names) == 2
    assert lost not in names
    assert reasons(cluster, "ReplicaSet").count("SuccessfulCreate") == 3
