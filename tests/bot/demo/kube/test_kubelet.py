"""Logs while terminated and after; stopping; metrics."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from tests.bot.demo.kube.helpers import every, live, workload

CRASH = "echo dying; sleep 1; exit 1"


def test_while_terminated_the_previous_container_is_already_gone(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment", replicas=1, script=CRASH))
    for _ in range(400):
        live(cluster, 0.1)
        pods = every(cluster, "Pod")
        status = (pods[0]["status"].get("containerStatuses") or [{}])[0] if pods else {}
        if status.get("restartCount") == 1 and "terminated" in status["state"]:
            break
    pod = every(cluster, "Pod")[0]
    now = cluster.kubelet.log(pod, "app", previous=False)
    assert not isinstance(now, str)
    assert [line.text for line in now] == ["dying"]
    before = cluster.kubelet.log(pod, "app", previous=True)
    assert str(before).startswith("unable to retrieve container logs for containerd://")


def test_a_scaled_down_pod_stops_and_goes(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment", replicas=1))
    live(cluster, 5)
    pod = every(cluster, "Pod")[0]
    assert cluster.kubelet.usage(pod)["app"].memory > 0
    cluster.apply(workload("Deployment", replicas=0))
    live(cluster, 5)
    assert every(cluster, "Pod") == []
    assert cluster.kubelet.usage(pod) == {}


def test_a_pod_forced_away_is_gone_at_once(cluster: Cluster) -> None:
    cluster.apply(workload("Deployment", replicas=1))
    live(cluster, 5)
    pod = every(cluster, "Pod")[0]
    cluster.registry.delete(BY_KIND["Pod"], "shop", pod["metadata"]["name"], {"gracePeriodSeconds": 0})
    assert pod["metadata"]["name"] not in [one["metadata"]["name"] for one in every(cluster, "Pod")]
