"""Reading on request: objects, events, logs, usage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters.kubernetes.read import KubeReader
from bot.core.errors import KubeError, NotFound, Unreachable
from bot.core.ports import Log
from bot.core.ref import BY_NAME, Ref
from tests.bot.adapters.kubernetes.scripted import Api, answer, failure, listing, pod, stream

LOG = "/api/v1/namespaces/shop/pods/api-1/log"
POD = BY_NAME["Pod"]


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with Api() as made:
        yield made


@pytest.fixture
def reader(api: Api) -> KubeReader:
    return KubeReader(api.transport())


async def test_one_object_whole(api: Api, reader: KubeReader) -> None:
    api.script("GET", "/apis/apps/v1/namespaces/shop/deployments/api", answer({"spec": {"replicas": 3}}))
    assert await reader.get(BY_NAME["Deployment"], "shop", "api") == {"spec": {"replicas": 3}}


async def test_an_object_without_namespace(api: Api, reader: KubeReader) -> None:
    api.script("GET", "/api/v1/nodes/ip-10-0-0-1.internal", answer({"kind": "Node"}))
    assert await reader.get(BY_NAME["Node"], "", "ip-10-0-0-1.internal") == {"kind": "Node"}


async def test_a_name_cannot_leave_its_place_in_the_path(api: Api, reader: KubeReader) -> None:
    api.script("GET", "/api/v1/namespaces/shop/pods/../secrets/token", failure(404, "NotFound"))
    with pytest.raises(KubeError):
        await reader.get(POD, "shop", "../secrets/token")
    with pytest.raises(NotFound):
        await reader.get(POD, "..", "x")
    assert all(path.startswith("/api/v1/namespaces/shop/pods/") for _, path, *_ in api.asked)


async def test_a_list_is_read_in_pages_up_to_the_limit(api: Api, reader: KubeReader) -> None:
    path = "/api/v1/namespaces/shop/pods"
    api.script("LIST", path, answer(listing([pod("a", 1), pod("b", 2)], 3, "next")), answer(listing([pod("c", 2)], 3)))
    found = await reader.list(POD, "shop", labels="app=web", limit=700)
    assert [(one["kind"], one["apiVersion"], one["metadata"]["name"]) for one in found] == [
        ("Pod", "v1", "a"),
        ("Pod", "v1", "b"),
        ("Pod", "v1", "c"),
    ]
    assert api.queries("LIST", path) == [
        {"labelSelector": "app=web", "limit": "500"},
        {"labelSelector": "app=web", "limit": "500", "continue": "next"},
    ]


async def test_a_list_stops_at_its_limit(api: Api, reader: KubeReader) -> None:
    api.script("LIST", "/api/v1/pods", answer(listing([pod("a", 1), pod("b", 2)], 3, "next")))
    assert len(await reader.list(POD, limit=2)) == 2
    assert len(api.asked) == 1


def event(reason: str, **times: Any) -> dict[str, Any]:
    return {"metadata": {"name": reason}, "reason": reason, **times}


async def test_events_of_this_very_object_oldest_first(api: Api, reader: KubeReader) -> None:
    events = [
        event("Newest", series={"lastObservedTime": "2026-11-21T08:00:09.500000Z"}, eventTime="2026-11-21T07:00:00Z"),
        event("Old", lastTimestamp="2026-11-21T08:00:01Z"),
        event("Fraction", lastTimestamp=None, eventTime="2026-11-21T08:00:01.200000Z"),
        event("Oldest", metadata={"creationTimestamp": "2026-11-21T07:59:59Z"}),
    ]
    path = "/api/v1/namespaces/shop/events"
    api.script("LIST", path, answer(listing(events, 3)))
    found = await reader.events(Ref("prod", "Pod", "shop", "api-1", "uid-9"))
    assert [one.reason for one in found] == ["Oldest", "Old", "Fraction", "Newest"]
    (query,) = api.queries("LIST", path)
    assert set(query["fieldSelector"].split(",")) == {
        "involvedObject.kind=Pod",
        "involvedObject.name=api-1",
        "involvedObject.namespace=shop",
        "involvedObject.uid=uid-9",
    }


async def test_events_of_a_node_are_not_asked_by_uid(api: Api, reader: KubeReader) -> None:
    api.script("LIST", "/api/v1/events", answer(listing([event("Rebooted")], 3)))
    assert [one.reason for one in await reader.events(Ref("prod", "Node", "", "n1", "uid"))] == ["Rebooted"]
    assert "uid" not in api.queries("LIST", "/api/v1/events")[0]["fieldSelector"]


async def test_a_log_with_every_wish(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, answer(b"one\ntwo\n"))
    found = await reader.log("shop", "api-1", "app", previous=True, since_seconds=600, tail=5, timestamps=True)
    assert found == Log("one\ntwo\n", previous=True, cut=False)
    assert api.queries("GET", LOG) == [
        {"container": "app", "previous": "true", "timestamps": "true", "sinceSeconds": "600", "tailLines": "6"}
    ]


async def test_a_tail_says_whether_there_was_more(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, answer(b"1\n2\n3\n"), answer(b"2\n3\n"))
    assert await reader.log("shop", "api-1", "app", tail=2) == Log("2\n3\n", cut=True)
    assert await reader.log("shop", "api-1", "app", tail=2) == Log("2\n3\n", cut=False)


async def test_a_long_log_keeps_its_newest_whole_lines(api: Api, reader: KubeReader) -> None:
    lines = [f"line {number:04}\n".encode() for number in range(1000)]
    api.script("GET", LOG, stream(*(b"".join(lines[at : at + 50]) for at in range(0, 1000, 50)), end="close"))
    found = await reader.log("shop", "api-1", "app", limit_bytes=105)
    assert found.cut
    assert found.text == "".join(f"line {number:04}\n" for number in range(990, 1000))


async def test_bytes_that_are_no_text_are_replaced(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, answer(b"caf\xe9 \xf0\x9f\x92\xa5 no newline"))
    assert (await reader.log("shop", "api-1", "app")).text == "caf\ufffd \U0001f4a5 no newline"


async def test_an_empty_log(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, answer(b""))
    assert await reader.log("shop", "api-1", "app", tail=5) == Log("")


PREVIOUS = 'previous terminated container "app" in pod "api-1" not found'
WAITING = 'container "app" in pod "api-1" is waiting to start: CrashLoopBackOff'


async def test_no_earlier_container_is_not_found(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, failure(400, "BadRequest", PREVIOUS))
    with pytest.raises(NotFound, match="previous terminated container"):
        await reader.log("shop", "api-1", "app", previous=True)


async def test_a_waiting_container_is_told_in_the_servers_words(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, failure(400, "BadRequest", WAITING))
    with pytest.raises(KubeError, match="is waiting to start: CrashLoopBackOff") as caught:
        await reader.log("shop", "api-1", "app")
    assert (type(caught.value), caught.value.status) == (KubeError, 400)


async def test_the_kubelets_excuse_is_not_taken_for_a_log(api: Api, reader: KubeReader) -> None:
    api.script("GET", LOG, answer(b"unable to retrieve container logs for containerd://982d86b6"))
    with pytest.raises(NotFound, match="unable to retrieve"):
        await reader.log("shop", "api-1", "app", previous=True)


USAGE = "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/api-1"


async def test_usage_by_container(api: Api, reader: KubeReader) -> None:
    measured = {"containers": [{"name": "app", "usage": {"cpu": "12m", "memory": "123Ki"}}]}
    api.script("GET", USAGE, answer(measured), answer({**measured, "timestamp": "2026-11-21T14:08:00Z"}))
    assert await reader.usage("shop", "api-1") == {"app": {"cpu": "12m", "memory": "123Ki"}}
    at = {"timestamp": "2026-11-21T14:08:00Z"}
    assert await reader.usage("shop", "api-1") == {"app": {"cpu": "12m", "memory": "123Ki", **at}}


@pytest.mark.parametrize("status", [404, 503])
async def test_no_metrics_server_is_no_error(api: Api, reader: KubeReader, status: int) -> None:
    api.script("GET", USAGE, failure(status))
    assert await reader.usage("shop", "api-1") is None
    assert len(api.asked) == 1


async def test_other_trouble_with_usage_is_an_error(api: Api, reader: KubeReader) -> None:
    api.script("GET", USAGE, failure(500))
    with pytest.raises(Unreachable):
        await reader.usage("shop", "api-1")
