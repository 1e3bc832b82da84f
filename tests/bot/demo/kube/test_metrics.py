"""Usage as metrics-server tells it."""

from __future__ import annotations

import pytest

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.errors import ApiError
from bot.demo.kube.metrics import Metrics, quantities
from bot.demo.kube.ports import Usage
from tests.bot.demo.kube.helpers import live, workload


def test_pods_that_run_are_told_by_container(cluster: Cluster) -> None:
    metrics = Metrics(cluster.registry.store, cluster.kubelet, cluster.agenda)
    cluster.apply(workload("Deployment"))
    assert metrics.answer(["namespaces", "shop", "pods"], "")["items"] == []
    live(cluster, 5)
    items = metrics.answer(["namespaces", "shop", "pods"], "app=api")["items"]
    assert [one["name"] for item in items for one in item["containers"]] == ["app", "app"]
    assert metrics.answer(["pods"], "app=other")["items"] == []


def test_units_and_what_is_missing(cluster: Cluster) -> None:
    assert quantities(Usage(0.25, 2**20)) == {"cpu": "250000000n", "memory": "1024Ki"}
    metrics = Metrics(cluster.registry.store, cluster.kubelet, cluster.agenda)
    with pytest.raises(ApiError) as caught:
        metrics.answer(["namespaces", "shop", "pods", "x"], "")
    assert caught.value.message == 'pods.metrics.k8s.io "shop/x" not found'
