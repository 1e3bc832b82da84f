"""Each fault does what its name says, and is over when it ends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import manifests
from tests.cluster.client import Api, ApiError, Json
from tests.cluster.faults import Fault
from tests.cluster.lifecycle import Cluster
from tests.cluster.waiting import wait_until

pytestmark = pytest.mark.cluster
Begin = Callable[..., Fault]
EVERYTHING = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]


@pytest.fixture
def bot(kubeconfig_with: Callable[[list[Json]], Path]) -> Api:
    """A client that goes through the door which the faults break."""
    api = Api(kubeconfig_with(EVERYTHING))
    api.timeout = 2.0
    return api


@contextmanager
def watching(api: Api, namespace: str, version: str) -> Iterator[Callable[[], Json]]:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with api.open("GET", path, watch="true", resourceVersion=version) as stream:
        yield lambda: json.loads(stream.readline())


def config_map(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "b"}}


def version_of(api: Api, namespace: str) -> str:
    return str(api.get(f"/api/v1/namespaces/{namespace}/configmaps")["metadata"]["resourceVersion"])


def test_down_refuses_and_ends(bot: Api, namespace: str, fault: Begin) -> None:
    with fault("down"), pytest.raises(ConnectionRefusedError):
        bot.pods(namespace)
    assert bot.pods(namespace) == []


def test_down_is_felt_only_at_this_door(cluster: Cluster, namespace: str, fault: Begin) -> None:
    with fault("down"):
        assert cluster.api.pods(namespace) == []


def test_slow_delays_both_ways(bot: Api, namespace: str, fault: Begin) -> None:
    with fault("slow", seconds=0.3):
        start = time.monotonic()
        bot.pods(namespace)
        assert time.monotonic() - start > 1.2  # the TLS handshake and the request: two round trips at least
    start = time.monotonic()
    bot.pods(namespace)
    assert time.monotonic() - start < 1.2


def test_half_open_hangs_and_an_open_watch_never_comes_back(
    bot: Api, namespace: str, fault: Begin, apply: Callable[..., Any]
) -> None:
    with watching(bot, namespace, version_of(bot, namespace)) as next_event:
        apply(config_map("before"))
        assert next_event()["object"]["metadata"]["name"] == "before"
        with fault("half-open"):
            apply(config_map("unseen"))
            with pytest.raises(TimeoutError):
                bot.pods(namespace)
        with pytest.raises(TimeoutError):
            next_event()
    assert bot.pods(namespace) == []


def test_cut_resets_once(bot: Api, namespace: str, fault: Begin) -> None:
    with watching(bot, namespace, version_of(bot, namespace)) as next_event:
        fault("cut")
        with pytest.raises((ConnectionError, OSError, ValueError)):
            next_event()
    assert bot.pods(namespace) == []


def test_compaction_ends_the_pages_of_a_list(bot: Api, namespace: str, fault: Begin, apply: Callable[..., Any]) -> None:
    apply(config_map("one"), config_map("two"), config_map("three"))
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    token = bot.get(path, limit=1)["metadata"]["continue"]
    assert bot.get(path, limit=1, **{"continue": token})["items"]
    apply(config_map("four"))
    fault("compaction")
    with pytest.raises(ApiError) as error:
        bot.get(path, limit=1, **{"continue": token})
    assert error.value.status == 410


def test_compaction_ends_an_old_watch(bot: Api, namespace: str, fault: Begin, apply: Callable[..., Any]) -> None:
    old = version_of(bot, namespace)
    apply(config_map("later"))
    with watching(bot, namespace, old) as next_event:
        assert next_event()["type"] == "ADDED"  # remembered: no 410 yet
    fault("compaction")
    with watching(bot, namespace, old) as next_event:
        event = next_event()
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


def test_killed_takes_the_api_server_away_and_brings_it_back(cluster: Cluster, namespace: str, fault: Begin) -> None:
    with fault("killed"), pytest.raises((OSError, ValueError)):
        cluster.api.pods(namespace)
    assert cluster.api.pods(namespace) == []


@pytest.mark.slow
def test_a_stopped_kubelet_makes_the_node_unknown(
    own_cluster: Cluster, namespace: str, apply: Callable[..., Any], fault: Begin
) -> None:
    apply(manifests.healthy("app"))
    wait_until(lambda: own_cluster.api.pods(namespace), 20, "a pod")
    with fault("kubelet-stopped"):
        wait_until(lambda: not own_cluster.node_ready(), 60, "the node to be not Ready")
        conditions = own_cluster.api.get("/api/v1/nodes/node-1")["status"]["conditions"]
        assert {each["status"] for each in conditions if each["type"] == "Ready"} == {"Unknown"}
    assert own_cluster.node_ready()
