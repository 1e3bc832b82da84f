"""Numbered pods, replaced from the last to the first."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import every, get, live, with_image, workload


def test_pods_come_one_after_the_other_and_roll_backwards(cluster: Cluster) -> None:
    cluster.apply(workload("StatefulSet", serviceName="api"))
    live(cluster, 1.0)
    assert [pod["metadata"]["name"] for pod in every(cluster, "Pod")] == ["api-0"]
    live(cluster, 10)
    assert [pod["metadata"]["name"] for pod in every(cluster, "Pod")] == ["api-0", "api-1"]
    cluster.apply(with_image(workload("StatefulSet", serviceName="api"), "test.local/busybox:2"))
    live(cluster, 1)
    leaving = [pod["metadata"]["name"] for pod in every(cluster, "Pod") if pod["metadata"].get("deletionTimestamp")]
    assert leaving == ["api-1"]
    live(cluster, 30)
    assert {pod["spec"]["containers"][0]["image"] for pod in every(cluster, "Pod")} == {"test.local/busybox:2"}
    status = get(cluster, "StatefulSet", "api")["status"]
    assert status["currentRevision"] == status["updateRevision"]
    assert sorted(one["revision"] for one in every(cluster, "ControllerRevision")) == [1, 2]
