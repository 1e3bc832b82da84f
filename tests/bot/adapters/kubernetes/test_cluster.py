"""Several kinds and several clusters in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.adapters.kubernetes.access import Kubeconfig
from bot.adapters.kubernetes.cluster import WATCHED, Cluster, Clusters
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.core.errors import Forbidden, Unreachable
from bot.core.ref import BY_NAME
from bot.core.times import Seconds
from tests.bot.adapters.kubernetes.scripted import Api, Seen, answer, failure, line, listing, pod, stream, until

FAST = WatchSettings(
    backoff_min=Seconds(0.01), backoff_max=Seconds(0.05), unreachable_after=Seconds(0.1), probe_every=Seconds(0.02)
)
PODS = "/api/v1/pods"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with Api() as made:
        made.script("GET", "/readyz", answer("ok"))
        for kind in WATCHED:
            made.script("LIST", kind.path(), answer(listing([], 1)))
        made.script("LIST", "/apis/argoproj.io/v1alpha1/rollouts", failure(404))
        yield made


def cluster(api: Api, name: str = "prod", *, settings: ClusterSettings | None = None) -> Cluster:
    return Cluster(settings or ClusterSettings(name=name), watch=FAST, access=Kubeconfig(api.kubeconfig()))


def tasks() -> int:
    return sum(task.get_name().endswith("of prod") for task in asyncio.all_tasks())


async def test_every_kind_is_listed_and_the_cluster_synced(api: Api) -> None:
    one, seen = cluster(api), Seen()
    one.start(seen)
    await until(lambda: one.synced)
    assert {kind for told, kind in seen.told if told == "listed"} == {kind.name for kind in WATCHED}
    assert one.problems == []
    await one.stop()


async def test_stopping_leaves_no_task_and_no_connection(api: Api) -> None:
    one = cluster(api)
    one.start(Seen())
    await until(lambda: one.synced)
    assert tasks() == len(WATCHED) + 1
    await asyncio.wait_for(one.stop(), 2)
    assert tasks() == 0
    assert not one.synced
    one.start(Seen())  # and it can be started anew
    await until(lambda: one.synced)
    await one.stop()


async def test_a_dead_cluster_does_not_hurt_a_living_one(api: Api) -> None:
    api.script("WATCH", PODS, stream(line("ADDED", pod("a", 8))))
    async with Api() as dead:
        gone = cluster(dead, "gone")
        await dead.stop()
        seen, both = Seen(), Clusters([gone, cluster(api, "prod")])
        both.start(seen)
        await until(lambda: ("unreachable", "gone") in seen.told and ("added", "a") in seen.told)
        assert ("unreachable", "prod") not in seen.told
        assert both.by_name["prod"].synced
        assert both.unready() == ""
        assert "cluster gone: no answer" in gone.problems[0]
        await both.stop()


async def test_an_outage_is_told_once_and_its_end_once(api: Api) -> None:
    one, seen = cluster(api), Seen()
    one.start(seen)
    await until(lambda: one.synced)
    api.script("GET", "/readyz", failure(500, message="etcd failed"))
    await until(lambda: ("unreachable", "prod") in seen.told)
    await asyncio.sleep(0.15)
    assert seen.told.count(("unreachable", "prod")) == 1
    api.script("GET", "/readyz", answer("ok"))
    await until(lambda: ("reachable", "prod") in seen.told)
    await asyncio.sleep(0.15)
    assert [told for told in seen.told if "reachable" in told[0]] == [("unreachable", "prod"), ("reachable", "prod")]
    await one.stop()


async def test_a_probe_that_we_may_not_ask_is_an_answer_too(api: Api) -> None:
    api.script("GET", "/readyz", failure(403, "Forbidden"))
    one, seen = cluster(api), Seen()
    await one.check()
    one.start(seen)
    await until(lambda: len(api.queries("GET", "/readyz")) > 8)
    assert ("unreachable", "prod") not in seen.told
    await one.stop()


async def test_check_tells_a_refused_identity_and_an_absent_server(api: Api) -> None:
    one = cluster(api)
    api.script("GET", "/readyz", failure(401, "Unauthorized", "Unauthorized"))
    with pytest.raises(Forbidden):
        await one.check()
    await api.stop()
    with pytest.raises(Unreachable, match="Cannot connect"):
        await one.check()
    await one.stop()


async def test_a_missing_right_stands_among_the_problems(api: Api) -> None:
    api.script("LIST", "/api/v1/nodes", failure(403, "Forbidden", "nodes is forbidden"))
    one = cluster(api)
    one.start(Seen())
    await until(lambda: one.problems)
    assert "not allowed to list and watch nodes" in one.problems[0]
    assert one.observed.synced("Pod")
    await one.stop()


async def test_only_the_named_namespaces_are_watched(api: Api) -> None:
    for space in ("shop", "payments"):
        path = f"/api/v1/namespaces/{space}/pods"
        api.script("LIST", path, answer(listing([pod("a", 1, namespace=space, uid=space)], 2)))
    one = cluster(api, settings=ClusterSettings(name="prod", namespaces=("shop", "payments")))
    seen = Seen()
    one.start(seen, [BY_NAME["Pod"], BY_NAME["Node"]])
    await until(lambda: one.synced)
    assert {path for verb, path, *_ in api.asked if verb == "LIST"} == {
        "/api/v1/namespaces/shop/pods",
        "/api/v1/namespaces/payments/pods",
        "/api/v1/nodes",
    }
    assert len(list(one.observed.items("Pod"))) == 2
    assert seen.told.count(("listed", "Pod")) == 1
    await one.stop()


async def test_readiness_waits_for_the_first_lists(api: Api) -> None:
    one = cluster(api)
    both = Clusters([one])
    both.start(Seen())
    assert both.unready() == "first list of prod"
    await until(lambda: both.unready() == "")
    await both.stop()


async def test_a_cluster_is_not_started_twice(api: Api) -> None:
    one = cluster(api)
    one.start(Seen())
    with pytest.raises(RuntimeError):
        one.start(Seen())
    await one.stop()
