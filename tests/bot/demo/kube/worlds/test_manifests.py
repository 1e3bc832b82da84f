"""Manifests that the API accepts."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.worlds import manifests
from tests.bot.demo.kube.helpers import get, live


def test_they_are_accepted_and_become_ready(cluster: Cluster) -> None:
    cluster.apply(manifests.deployment("d", "shop", "test.local/busybox:1", replicas=1, memory="32Mi"))
    cluster.apply(manifests.service("d", "shop"))
    cluster.apply(manifests.autoscaler("d", "shop", low=1, high=2, cpu=50))
    cluster.apply(manifests.job("j", "shop", "test.local/busybox:1"))
    live(cluster, 10)
    assert get(cluster, "Deployment", "d")["status"]["replicas"] == 1
    assert get(cluster, "Job", "j")["status"]["succeeded"] == 1


def test_the_rollout_waits_at_step_two_of_five() -> None:
    made = manifests.rollout("r", "shop", "i", replicas=4, memory="32Mi")
    steps = made["spec"]["strategy"]["canary"]["steps"]
    assert (len(steps), steps[2]) == (5, {"pause": {}})
