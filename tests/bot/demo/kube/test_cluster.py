"""Applying a manifest twice."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import get, workload


def test_apply_creates_then_changes_and_keeps_what_the_cluster_added(cluster: Cluster) -> None:
    first = cluster.apply(workload("Deployment", replicas=0))
    second = cluster.apply(workload("Deployment", replicas=1))
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    assert (get(cluster, "Deployment", "api")["spec"]["replicas"], second["metadata"]["generation"]) == (1, 2)


def test_a_fresh_cluster_has_its_namespaces(cluster: Cluster) -> None:
    assert get(cluster, "Namespace", "kube-system", "")["status"]["phase"] == "Active"
