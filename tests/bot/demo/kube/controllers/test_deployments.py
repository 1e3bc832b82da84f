"""Rolling, pausing, deadlines."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import every, get, live, with_image, workload


def test_a_broken_image_leaves_the_old_pods_alone_and_runs_into_its_deadline(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment", replicas=4))
    live(cluster, 10)
    cluster.apply(with_image(workload("Deployment", replicas=4, progressDeadlineSeconds=60), "nowhere/x:1"))
    live(cluster, 30)
    assert get(cluster, "Deployment", "api")["status"]["availableReplicas"] == 3
    live(cluster, 60)
    conditions = {one["type"]: one for one in get(cluster, "Deployment", "api")["status"]["conditions"]}
    assert conditions["Progressing"]["reason"] == "ProgressDeadlineExceeded"
    assert conditions["Progressing"]["status"] == "False"


def test_a_paused_deployment_does_not_roll(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment"))
    live(cluster, 5)
    cluster.apply(with_image(workload("Deployment", paused=True), "test.local/busybox:2"))
    live(cluster, 10)
    assert len(every(cluster, "ReplicaSet")) == 1
    cluster.apply(with_image(workload("Deployment", paused=False), "test.local/busybox:2"))
    live(cluster, 20)
    sizes = sorted(one["spec"]["replicas"] for one in every(cluster, "ReplicaSet"))
    assert sizes == [0, 2]


def test_recreate_stops_the_old_before_it_starts_the_new(cluster: Cluster) -> None:
    strategy = {"type": "Recreate"}
    cluster.apply(workload("Deployment", strategy=strategy))
    live(cluster, 5)
    cluster.apply(with_image(workload("Deployment", strategy=strategy), "test.local/busybox:2"))
    together = 0
    for _ in range(100):
        live(cluster, 0.1)
        images = {
            pod["spec"]["containers"][0]["image"]
            for pod in every(cluster, "Pod")
            if not pod["metadata"].get("deletionTimestamp")
        }
        together = max(together, len(images))
    assert together == 1
    assert get(cluster, "Deployment", "api")["status"]["availableReplicas"] == 2
