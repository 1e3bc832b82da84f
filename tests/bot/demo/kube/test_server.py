"""The whole, over HTTP: tokens, several at once, faults, the request log."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from bot.demo.kube.access import Denial
from bot.demo.kube.clock import Agenda
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare


def hand() -> Agenda:
    return Agenda(speed=None)


def session(kube: KubeDouble, **headers: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {kube.token}", **headers})


async def test_several_are_strangers_and_each_has_its_token() -> None:
    async with KubeDouble(Bare(), hand()) as one, KubeDouble(Bare(), hand()) as two, session(one) as client:
        assert (await client.get(f"{one.url}/api/v1/nodes")).status == 200
        refused = await client.get(f"{two.url}/api/v1/nodes")
        assert (refused.status, (await refused.json())["reason"]) == (401, "Unauthorized")
    assert one.kubeconfig()["clusters"][0]["cluster"]["server"] == one.url


async def test_without_a_token_one_is_anonymous() -> None:
    async with KubeDouble(clock=hand()) as kube, aiohttp.ClientSession() as client:
        body = await (await client.get(f"{kube.url}/api/v1/pods")).json()
    told = 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope'
    assert (body["code"], body["message"]) == (403, told)


async def test_a_right_taken_away_is_a_403_and_a_review_says_so() -> None:
    async with KubeDouble(clock=hand()) as kube, session(kube) as client:
        kube.access.denials.append(Denial("get", "pods/log"))
        body = await (await client.get(f"{kube.url}/api/v1/namespaces/default/pods/x/log")).json()
        assert (body["code"], body["reason"]) == (403, "Forbidden")
        asked = {"verb": "get", "resource": "pods", "subresource": "log", "namespace": "default"}
        url = f"{kube.url}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        review = await (await client.post(url, json={"spec": {"resourceAttributes": asked}})).json()
        assert review["status"] == {"allowed": False}


async def test_requests_are_remembered_with_who_asked() -> None:
    async with KubeDouble(clock=hand()) as kube, session(kube, **{"User-Agent": "watchkeeper/0.1"}) as client:
        await client.get(f"{kube.url}/api/v1/pods?limit=5")
        last = kube.requests[-1]
    assert (last.method, last.path, last.query, last.user_agent) == (
        "GET",
        "/api/v1/pods",
        "limit=5",
        "watchkeeper/0.1",
    )


async def test_down_refuses_and_up_knows_all_again() -> None:
    async with KubeDouble(Bare(), hand()) as kube, session(kube) as client:
        await kube.go_down()
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.get(f"{kube.url}/api/v1/nodes")
        await kube.come_up()
        assert len((await (await client.get(f"{kube.url}/api/v1/nodes")).json())["items"]) == 1


async def test_overload_is_a_429_that_says_when_to_come_again() -> None:
    async with KubeDouble(clock=hand()) as kube, session(kube) as client:
        kube.faults.refuse(429, r"GET /api/v1/pods", times=1, retry_after=7)
        refused = await client.get(f"{kube.url}/api/v1/pods")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
        assert (await client.get(f"{kube.url}/api/v1/pods")).status == 200


async def test_compaction_ends_open_watches_and_continue_tokens_with_410() -> None:
    async with KubeDouble(Bare(), hand()) as kube, session(kube) as client:
        page = await (await client.get(f"{kube.url}/api/v1/namespaces?limit=1")).json()
        start = page["metadata"]["resourceVersion"]
        async with client.get(f"{kube.url}/api/v1/pods?watch=1&resourceVersion={start}") as watch:
            kube.store.compact()
            event = json.loads(await asyncio.wait_for(watch.content.readline(), 5))
        assert (event["type"], event["object"]["code"]) == ("ERROR", 410)
        token = page["metadata"]["continue"]
        gone = await client.get(f"{kube.url}/api/v1/namespaces", params={"limit": "1", "continue": token})
        body = await gone.json()
        assert (gone.status, body["reason"]) == (410, "Expired")
        rest = {"limit": "500", "continue": body["metadata"]["continue"]}
        assert (await client.get(f"{kube.url}/api/v1/namespaces", params=rest)).status == 200


async def test_half_open_says_nothing_and_does_not_close() -> None:
    async with KubeDouble(Bare(), hand()) as kube, session(kube) as client:
        url = f"{kube.url}/api/v1/namespaces?watch=1&resourceVersion={kube.store.version}"
        async with client.get(url) as watch:
            kube.faults.half_open = True
            kube.cluster.apply({"kind": "Namespace", "metadata": {"name": "new"}})
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(watch.content.readline(), 0.7)
            assert not watch.closed


async def test_metrics_and_their_absence() -> None:
    async with KubeDouble(Bare(), hand()) as kube, session(kube) as client:
        url = f"{kube.url}/apis/metrics.k8s.io/v1beta1/nodes"
        found = await (await client.get(url)).json()
        assert found["items"][0]["usage"]["cpu"].endswith("n")
        kube.metrics.available = False
        assert (await client.get(url)).status == 404
