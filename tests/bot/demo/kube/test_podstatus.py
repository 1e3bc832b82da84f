"""Conditions keep their time until they change."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import every, live, workload


def test_a_condition_keeps_its_time_until_it_changes(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment", replicas=1, script="sleep 3; exit 1"))
    times = {}
    for _ in range(100):
        live(cluster, 0.1)
        for pod in every(cluster, "Pod"):
            for one in pod["status"].get("conditions", []):
                times.setdefault((one["type"], one["status"]), set()).add(one["lastTransitionTime"])
    assert len(times["Initialized", "True"]) == 1
    assert len(times["Ready", "True"]) > 1
    assert len(times["Ready", "False"]) > 1
