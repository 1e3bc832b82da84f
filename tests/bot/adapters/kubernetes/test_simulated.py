"""The adapter against the simulated cluster that the demo runs on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters.kubernetes.access import Kubeconfig
from bot.adapters.kubernetes.cluster import Cluster
from bot.adapters.kubernetes.lease import Election
from bot.adapters.kubernetes.rights import find_missing, needed, needed_for_lease
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.core.errors import NotFound
from bot.core.ref import BY_NAME
from bot.core.times import Seconds
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from tests.bot.adapters.kubernetes.scripted import Seen, until

MAPS = "/api/v1/namespaces/default/configmaps"
CONFIG_MAP = BY_NAME["ConfigMap"]
PATIENCE = WatchSettings(
    backoff_min=Seconds(0.02), backoff_max=Seconds(0.1), unreachable_after=Seconds(0.3), probe_every=Seconds(0.05),
    probe_timeout=Seconds(1), page=2, silence=Seconds(30),
)  # fmt: skip


@pytest.fixture
async def kube() -> AsyncIterator[KubeDouble]:
    async with KubeDouble(Bare()) as made:
        yield made


@pytest.fixture
async def cluster(kube: KubeDouble) -> AsyncIterator[Cluster]:
    made = Cluster(ClusterSettings(name="sim"), watch=PATIENCE, access=Kubeconfig(kube.kubeconfig()))
    yield made
    await made.stop()


def named(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def names(cluster: Cluster) -> set[str]:
    return {found.metadata.name for found in cluster.observed.items("ConfigMap", "default")}


async def test_what_is_made_and_deleted_is_seen(cluster: Cluster) -> None:
    seen = Seen()
    cluster.start(seen, [CONFIG_MAP, BY_NAME["Pod"], BY_NAME["Rollout"]])
    await until(lambda: cluster.synced)
    for name in "abcde":
        await cluster.transport.send_json("POST", MAPS, named(name))
    await until(lambda: {"a", "b", "c", "d", "e"} <= names(cluster))
    await cluster.transport.request("DELETE", f"{MAPS}/c")
    await until(lambda: ("deleted", "c") in seen.told)


async def test_an_outage_with_compaction_loses_no_deletion(kube: KubeDouble, cluster: Cluster) -> None:
    seen = Seen()
    cluster.start(seen, [CONFIG_MAP])
    for name in ("stays", "goes", "other"):
        await cluster.transport.send_json("POST", MAPS, named(name))
    await until(lambda: {"stays", "goes", "other"} <= names(cluster))
    await kube.go_down()
    await until(lambda: ("unreachable", "sim") in seen.told)
    kube.store.remove(BY_KIND["ConfigMap"], "default", "goes")
    kube.store.compact()
    await kube.come_up()
    await until(lambda: ("reachable", "sim") in seen.told and ("deleted", "goes") in seen.told)
    assert names(cluster) >= {"stays", "other"}
    assert seen.told.count(("unreachable", "sim")) == 1


async def test_a_cut_watch_is_resumed_without_a_new_list(kube: KubeDouble, cluster: Cluster) -> None:
    seen = Seen()
    cluster.start(seen, [CONFIG_MAP])
    await until(lambda: cluster.synced and kube.faults.watches)
    lists = sum("limit=" in one.query for one in kube.requests)
    kube.faults.break_watches()
    await cluster.transport.send_json("POST", MAPS, named("a"))
    await until(lambda: ("added", "a") in seen.told)
    assert sum("limit=" in one.query for one in kube.requests) == lists


async def test_no_right_is_missing_and_every_request_names_us(kube: KubeDouble, cluster: Cluster) -> None:
    assert await find_missing(cluster.transport, needed() + needed_for_lease("default")) == []
    assert all(one.user_agent.startswith("watchkeeper/") for one in kube.requests)


async def test_missing_objects_and_usage(cluster: Cluster) -> None:
    with pytest.raises(NotFound, match=r'deployments\.apps "none" not found'):
        await cluster.reader.get(BY_NAME["Deployment"], "default", "none")
    with pytest.raises(NotFound, match='pods "none" not found'):
        await cluster.reader.log("default", "none", "app")
    assert await cluster.reader.usage("default", "none") is None


async def test_one_of_two_replicas_leads(cluster: Cluster) -> None:
    calls: list[str] = []
    replicas = [
        Election(cluster.transport, "default", name, started=lambda: calls.append("started"), lost=lambda: None)
        for name in ("a", "b")
    ]
    for _ in range(2):
        await asyncio.gather(*(one.step() for one in replicas))
    assert sum(one.leading for one in replicas) == 1
    assert calls == ["started"]
