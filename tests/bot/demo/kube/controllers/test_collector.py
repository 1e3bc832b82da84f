"""Garbage goes with its owner and with its namespace."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from tests.bot.demo.kube.helpers import every, live, workload


def test_a_deleted_deployment_takes_its_sets_and_pods_along(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment"))
    live(cluster, 5)
    cluster.registry.delete(BY_KIND["Deployment"], "shop", "api")
    live(cluster, 10)
    assert every(cluster, "ReplicaSet") == every(cluster, "Pod") == []


def test_a_namespace_gets_its_account_and_is_emptied(cluster: Cluster) -> None:
    assert [one["metadata"]["name"] for one in every(cluster, "ServiceAccount")] == ["default"]
    cluster.apply(workload("Deployment"))
    live(cluster, 5)
    cluster.registry.delete(BY_KIND["Namespace"], "", "shop")
    live(cluster, 10)
    assert every(cluster, "Deployment") == every(cluster, "Pod") == []
