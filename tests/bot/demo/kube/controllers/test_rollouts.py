"""Canary steps: pause, promote, abort, undo."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from tests.bot.demo.kube.helpers import get, live, reasons, with_image, workload

ROLLOUT = BY_KIND["Rollout"]
STEPS = [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": "30s"}}]


def canary(image: str = "test.local/busybox:1") -> dict[str, Any]:
    return with_image(workload("Rollout", replicas=4, strategy={"canary": {"steps": STEPS}}), image)


def status(cluster: Cluster) -> dict[str, Any]:
    found: dict[str, Any] = get(cluster, "Rollout", "api")["status"]
    return found


def change_status(cluster: Cluster, **fields: Any) -> None:
    cluster.registry.set_status(ROLLOUT, get(cluster, "Rollout", "api"), {**status(cluster), **fields})


def paused(cluster: Cluster) -> None:
    cluster.apply(canary())
    live(cluster, 20)
    assert (status(cluster)["phase"], status(cluster)["observedGeneration"]) == ("Healthy", "1")
    cluster.apply(canary("test.local/busybox:2"))
    live(cluster, 20)


def test_it_pauses_until_promoted_and_runs_through(cluster: Cluster) -> None:
    paused(cluster)
    now = status(cluster)
    assert (now["phase"], now["message"], now["currentStepIndex"]) == ("Paused", "CanaryPauseStep", 1)
    assert (now["updatedReplicas"], now["controllerPause"]) == (1, True)
    live(cluster, 600)
    assert status(cluster)["currentStepIndex"] == 1
    change_status(cluster, pauseConditions=None)
    live(cluster, 10)
    assert (status(cluster)["currentStepIndex"], status(cluster)["updatedReplicas"]) == (3, 2)
    live(cluster, 60)
    assert (status(cluster)["phase"], status(cluster)["updatedReplicas"]) == ("Healthy", 4)
    assert status(cluster)["stableRS"] == status(cluster)["currentPodHash"]
    assert reasons(cluster, "Rollout").count("RolloutCompleted") == 2


def test_an_abort_goes_back_to_the_stable_pods(cluster: Cluster) -> None:
    paused(cluster)
    change_status(cluster, abort=True)
    live(cluster, 20)
    now = status(cluster)
    assert (now["phase"], now["message"]) == ("Degraded", "RolloutAborted: Rollout aborted update to revision 2")
    assert now.get("updatedReplicas", 0) == 0
    assert now["availableReplicas"] == 4


def test_a_full_promotion_skips_the_steps(cluster: Cluster) -> None:
    paused(cluster)
    change_status(cluster, promoteFull=True)
    live(cluster, 20)
    assert (status(cluster)["phase"], status(cluster).get("promoteFull")) == ("Healthy", None)


def test_an_undo_ends_the_canary(cluster: Cluster) -> None:
    paused(cluster)
    cluster.apply(canary())
    live(cluster, 20)
    assert status(cluster)["phase"] == "Healthy"
    assert get(cluster, "Rollout", "api")["metadata"]["annotations"]["rollout.argoproj.io/revision"] == "3"
