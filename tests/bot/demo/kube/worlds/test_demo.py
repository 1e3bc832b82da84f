"""What the demo promises: all is well, then checkout breaks, and an undo mends it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.kube.clock import Agenda
from bot.demo.kube.cluster import Cluster
from bot.demo.kube.controllers.deployments import REVISION
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.worlds.demo import Demo
from tests.bot.demo.kube.helpers import every, get, live, reasons

OPENING = 1_795_000_000.0


@pytest.fixture
def shop() -> Cluster:
    cluster, world = Cluster(Agenda(start=OPENING, speed=None)), Demo()
    cluster.agenda.rewind(world.age)
    cluster.start()
    world.build(cluster)
    cluster.agenda.run_until(OPENING)
    return cluster


def checkouts(cluster: Cluster) -> list[dict[str, Any]]:
    pods = [pod for pod in every(cluster, "Pod") if pod["metadata"]["labels"]["app"] == "checkout"]
    return [pod["status"]["containerStatuses"][0] for pod in pods]


def test_at_the_opening_all_is_well(shop: Cluster) -> None:
    for namespace in ("shop", "payments"):
        for pod in every(shop, "Pod", namespace):
            assert pod["status"]["phase"] in ("Running", "Succeeded")
            assert [one["restartCount"] for one in pod["status"]["containerStatuses"]] == [0]
    rollout = get(shop, "Rollout", "storefront")["status"]
    assert (rollout["phase"], rollout["currentStepIndex"], len(every(shop, "Pod", "payments"))) == ("Paused", 2, 3)
    scaler = get(shop, "HorizontalPodAutoscaler", "search")
    assert scaler["spec"]["minReplicas"] < scaler["status"]["currentReplicas"] < scaler["spec"]["maxReplicas"]
    assert len(every(shop, "Node", "")) == 3


def test_checkout_is_restarted_within_fifteen_seconds_for_want_of_memory(shop: Cluster) -> None:
    live(shop, 15)
    restarted = [one for one in checkouts(shop) if one["restartCount"]]
    assert restarted
    assert {one["lastState"]["terminated"]["reason"] for one in restarted} == {"OOMKilled"}
    pod = next(pod for pod in every(shop, "Pod") if "1.42.0" in pod["spec"]["containers"][0]["image"])
    log = shop.kubelet.log(pod, "checkout", previous=True)
    assert "heap 251 MiB" in str(log)


def test_an_undo_mends_it(shop: Cluster) -> None:
    live(shop, 40)
    name = get(shop, "Deployment", "checkout")["metadata"]["annotations"][REVISION]
    good = next(one for one in every(shop, "ReplicaSet") if "checkout:1.41.0" in str(one["spec"]))
    obj = get(shop, "Deployment", "checkout")
    template = good["spec"]["template"]
    del template["metadata"]["labels"]["pod-template-hash"]
    shop.registry.update(
        BY_KIND["Deployment"], "shop", "checkout", {**obj, "spec": {**obj["spec"], "template": template}}
    )
    live(shop, 20)
    assert [(one["ready"], one["restartCount"]) for one in checkouts(shop)] == [(True, 0)] * 3
    assert get(shop, "Deployment", "checkout")["metadata"]["annotations"][REVISION] == str(int(name) + 1)


def test_search_reaches_its_maximum_and_wants_more(shop: Cluster) -> None:
    live(shop, 1800)
    status = get(shop, "HorizontalPodAutoscaler", "search")["status"]
    assert status["currentReplicas"] == 10
    assert any(one["reason"] == "TooManyReplicas" for one in status["conditions"])
    assert "SuccessfulRescale" in reasons(shop, "HorizontalPodAutoscaler")


def test_the_access_log_carries_something_to_take_out(shop: Cluster) -> None:
    pod = next(pod for pod in every(shop, "Pod") if pod["metadata"]["labels"]["app"] == "api")
    lines = shop.kubelet.log(pod, "api", previous=False)
    assert not isinstance(lines, str)
    assert any("Bearer eyJ" in line.text for line in lines[-200:])
    assert len(lines) > 1000
