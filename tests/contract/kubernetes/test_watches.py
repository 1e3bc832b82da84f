"""Watches: order, selectors, resuming, bookmarks, time-outs, and 410."""

from __future__ import annotations

import time

from tests.contract.kubernetes.wire import Obj, Wire

PARTIAL = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


async def version(api: Wire) -> str:
    listed = await api.get(api.core("configmaps"))
    return str(listed.body["metadata"]["resourceVersion"])


async def change(api: Wire) -> None:
    """Make one, move it out of ``tier=web`` and back, delete it."""
    path = api.core("configmaps", "a")
    await api.create(api.core("configmaps"), {"metadata": {"name": "a", "labels": {"tier": "web"}}})
    for tier in ("db", "web"):
        await api.patch(path, {"metadata": {"labels": {"tier": tier}}})
    await api.ask("DELETE", path)


def types(events: list[Obj]) -> list[str]:
    return [event["type"] for event in events]


def deleted(events: list[Obj]) -> bool:
    return events[-1]["type"] == "DELETED"


async def test_a_watch_resumes_from_where_a_list_ended(api: Wire) -> None:
    start = await version(api)
    await change(api)
    events = await api.watch(api.core("configmaps"), deleted, resourceVersion=start)
    assert types(events) == ["ADDED", "MODIFIED", "MODIFIED", "DELETED"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(set(versions)), "a deletion has a version of its own"
    assert {(event["object"]["kind"], event["object"]["apiVersion"]) for event in events} == {("ConfigMap", "v1")}


async def test_what_leaves_a_selector_is_deleted_for_the_watcher(api: Wire) -> None:
    start = await version(api)
    await change(api)
    two = lambda events: types(events).count("DELETED") == 2  # noqa: E731 - read beside its use
    events = await api.watch(api.core("configmaps"), two, resourceVersion=start, labelSelector="tier=web")
    assert types(events) == ["ADDED", "DELETED", "ADDED", "DELETED"]
    left = events[1]["object"]
    assert left["metadata"]["labels"]["tier"] == "web", "told as it was when it still matched"
    assert int(left["metadata"]["resourceVersion"]) > int(events[0]["object"]["metadata"]["resourceVersion"])


async def test_version_zero_begins_with_what_is_there(api: Wire) -> None:
    await api.create(api.core("configmaps"), {"metadata": {"name": "a"}})
    known = lambda events: any(event["object"]["metadata"]["name"] == "a" for event in events)  # noqa: E731 - as above
    events = await api.watch(api.core("configmaps"), known, resourceVersion=0)
    assert set(types(events)) == {"ADDED"}


async def test_the_server_ends_a_watch_after_its_time(api: Wire) -> None:
    """A bookmark may come before, or none: etcd decides how often it tells its progress (Debian's 3.4 does not)."""
    start, began = await version(api), time.monotonic()
    await api.create(api.core("configmaps"), {"metadata": {"name": "a"}})
    query = {"resourceVersion": start, "timeoutSeconds": 5, "allowWatchBookmarks": "true"}
    events = await api.watch(api.core("configmaps"), lambda _events: False, **query)
    assert 4 < time.monotonic() - began < 15
    assert {event["type"] for event in events} <= {"ADDED", "MODIFIED", "BOOKMARK"}
    assert "a" in [event["object"]["metadata"].get("name") for event in events]
    for bookmark in (event["object"] for event in events if event["type"] == "BOOKMARK"):
        assert bookmark["kind"] == "ConfigMap"
        assert int(bookmark["metadata"]["resourceVersion"]) > int(start)


async def test_a_watch_from_before_the_history_is_told_410_in_the_stream(api: Wire) -> None:
    events = await api.watch("/api/v1/pods", lambda _events: True, resourceVersion=1)
    assert types(events) == ["ERROR"]
    status = events[0]["object"]
    assert (status["code"], status["reason"], status["status"]) == (410, "Expired", "Failure")
    assert status["message"].startswith("too old resource version: 1 (")


async def test_a_version_that_is_no_number_is_refused_before_the_stream(api: Wire) -> None:
    answer = await api.get("/api/v1/pods", watch=1, resourceVersion="abc")
    assert answer.status == 500
    assert answer.message.startswith('resourceVersion: Invalid value: "abc"')


async def test_only_the_metadata_when_asked(api: Wire) -> None:
    start = await version(api)
    await change(api)
    url, query = api.url + api.core("configmaps"), {"watch": "1", "resourceVersion": start}
    async with api.session.get(url, params=query, headers={"Accept": PARTIAL}, ssl=api.tls) as response:
        line = await response.content.readline()
    assert b'"kind":"PartialObjectMetadata"' in line
    assert b'"labels":{"tier":"web"}' in line
