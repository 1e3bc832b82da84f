"""What a watcher with a selector is told; the end of the initial events."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from bot.demo.kube import watching
from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.watching import Watch
from bot.demo.kube.worlds.bare import Bare
from tests.bot.demo.kube.helpers import every


def test_initial_events_end_with_an_annotated_bookmark(cluster: Cluster) -> None:
    query = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    watch = Watch(cluster.registry.store, BY_KIND["ServiceAccount"], "shop", query, partial=False)
    events = [json.loads(line) for line in watch.first_lines()]
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert events[-1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_a_quiet_kind_has_its_bookmarks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_BOOKMARK_EVERY", 0.05)
    async with KubeDouble(Bare()) as kube, aiohttp.ClientSession(kube.url) as session:
        headers = {"Authorization": f"Bearer {kube.token}"}
        query = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": "60"}
        async with session.get("/apis/batch/v1/jobs", headers=headers) as listed:
            query["resourceVersion"] = (await listed.json())["metadata"]["resourceVersion"]
        async with session.get("/apis/batch/v1/jobs", params=query, headers=headers) as response:
            told = json.loads(await asyncio.wait_for(response.content.readline(), 5))
    assert (told["type"], told["object"]["metadata"]["resourceVersion"]) == ("BOOKMARK", query["resourceVersion"])


async def test_a_watcher_that_leaves_is_forgotten() -> None:
    async with KubeDouble(Bare()) as kube, aiohttp.ClientSession(kube.url) as session:
        headers = {"Authorization": f"Bearer {kube.token}"}
        async with session.get("/apis/batch/v1/jobs", params={"watch": "true"}, headers=headers):
            assert len(kube.faults.watches) == 1
        async with asyncio.timeout(5):
            while kube.faults.watches:
                await asyncio.sleep(0.02)


def test_other_resources_and_namespaces_are_not_told(cluster: Cluster) -> None:
    watch = Watch(cluster.registry.store, BY_KIND["ConfigMap"], "payments", {}, partial=False)
    told = []
    cluster.registry.store.listeners.append(lambda change: told.append(watch.event(change)))
    cluster.registry.create(BY_KIND["ConfigMap"], "shop", {"metadata": {"name": "a"}})
    cluster.registry.create(BY_KIND["Secret"], "shop", {"metadata": {"name": "a"}})
    assert told == [None, None]
    assert every(cluster, "ConfigMap")
