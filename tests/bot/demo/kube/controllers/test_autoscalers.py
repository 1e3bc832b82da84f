"""HPAs: demand above the maximum is said so."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.programs import Run, Start
from bot.demo.kube.worlds.manifests import autoscaler
from tests.bot.demo.kube.helpers import get, live, with_image, workload


def busy(_start: Start) -> Run:
    return Run(cpu=lambda _seconds: 0.2)


def test_it_scales_to_its_maximum_and_says_that_more_is_wanted(cluster: Cluster) -> None:
    cluster.programs.add("test.local/busy", busy)
    body = with_image(workload("Deployment", replicas=1), "test.local/busy:1")
    body["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100m"}}
    cluster.apply(body)
    cluster.apply(autoscaler("api", "shop", low=1, high=4, cpu=50))
    live(cluster, 120)
    status = get(cluster, "HorizontalPodAutoscaler", "api")["status"]
    assert (status["currentReplicas"], status["desiredReplicas"]) == (4, 4)
    limited = next(one for one in status["conditions"] if one["type"] == "ScalingLimited")
    assert (limited["status"], limited["reason"]) == ("True", "TooManyReplicas")
    assert status["currentMetrics"][0]["resource"]["current"]["averageUtilization"] == 200
    assert get(cluster, "Deployment", "api")["spec"]["replicas"] == 4
