"""The adapter against a real API server and kubelet, through a door that tests can break."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.adapters.kubernetes.cluster import Cluster
from bot.adapters.kubernetes.lease import Election
from bot.adapters.kubernetes.rights import Right, explain, find_missing, needed, needed_for_lease
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.core.errors import KubeError, NotFound
from bot.core.objects import Pod
from bot.core.ref import BY_NAME, Ref
from bot.core.times import Seconds
from tests.bot.adapters.kubernetes.scripted import Seen, until
from tests.cluster.faults import Fault

# A TLS goodbye to a peer that has fallen silent takes asyncio 30 s; the half-open test's loop is gone before that.
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ALL = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
PATIENCE = WatchSettings(
    backoff_min=Seconds(0.1), backoff_max=Seconds(1), unreachable_after=Seconds(2), probe_every=Seconds(0.5),
    probe_timeout=Seconds(1), page=2, request_timeout=Seconds(5), silence=Seconds(100),
)  # fmt: skip
Rules = Sequence[dict[str, Any]]
Config = Callable[[Rules], Path]


def open_cluster(path: Path, *namespaces: str) -> Cluster:
    return Cluster(ClusterSettings(name="real", kubeconfig=str(path), namespaces=namespaces), watch=PATIENCE)


@pytest.fixture(scope="module", autouse=True)
def collect_what_lingers() -> Iterator[None]:
    """Such leftovers are found here, under this module's filter, and not in the middle of somebody else's test."""
    yield
    gc.collect()


@pytest.fixture
async def bot(kubeconfig_with: Config, namespace: str) -> AsyncIterator[Cluster]:
    made = open_cluster(kubeconfig_with(ALL), namespace)
    yield made
    await made.stop()


def config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def names(bot: Cluster) -> set[str]:
    return {found.metadata.name for found in bot.observed.items("ConfigMap")} - {"kube-root-ca.crt"}


async def make(bot: Cluster, namespace: str, *wanted: str) -> None:
    for name in wanted:
        await bot.transport.send_json("POST", f"/api/v1/namespaces/{namespace}/configmaps", config_map(name))


async def test_pages_changes_and_deletions(bot: Cluster, namespace: str) -> None:
    await make(bot, namespace, "a", "b", "c", "d", "e")
    seen = Seen()
    bot.start(seen, [BY_NAME["ConfigMap"], BY_NAME["Pod"]])
    await until(lambda: bot.synced)
    assert names(bot) == {"a", "b", "c", "d", "e"}
    await make(bot, namespace, "f")
    await bot.transport.request("DELETE", f"/api/v1/namespaces/{namespace}/configmaps/a")
    await until(lambda: ("added", "f") in seen.told and ("deleted", "a") in seen.told)


@pytest.mark.parametrize("trouble", ["down", "half-open"])
async def test_an_outage_is_told_once_and_what_happened_meanwhile_is_seen(
    bot: Cluster, namespace: str, cluster: Any, fault: Callable[..., Fault], trouble: str
) -> None:
    seen = Seen()
    await make(bot, namespace, "goes")
    bot.transport.settings = msgspec.structs.replace(PATIENCE, silence=Seconds(4))
    bot.start(seen, [BY_NAME["ConfigMap"]])
    await until(lambda: "goes" in names(bot))
    with fault(trouble):
        await until(lambda: ("unreachable", "real") in seen.told, 15)
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/configmaps/goes")
        cluster.api.apply(config_map("new"), namespace)
    await until(lambda: ("reachable", "real") in seen.told, 15)
    await until(lambda: ("deleted", "goes") in seen.told and ("added", "new") in seen.told, 15)
    assert seen.told.count(("unreachable", "real")) == 1


async def test_compaction_means_a_new_list_that_loses_no_deletion(
    bot: Cluster, namespace: str, cluster: Any, fault: Callable[..., Fault], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    seen = Seen()
    await make(bot, namespace, "stays", "goes")
    bot.start(seen, [BY_NAME["ConfigMap"]])
    await until(lambda: {"stays", "goes"} <= names(bot))
    with fault("down"):
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/configmaps/goes")
        with fault("compaction"):
            pass
    await until(lambda: ("deleted", "goes") in seen.told, 30)
    assert names(bot) == {"stays"}
    assert "too old to go on" in caplog.text


async def test_missing_rights_are_found_and_explained(kubeconfig_with: Config) -> None:
    everything = [*needed(), *needed_for_lease("default")]
    rules = [
        {"apiGroups": [one.group], "resources": [one.resource], "verbs": [one.verb]}
        for one in everything
        if one.resource != "nodes"
    ]
    limited = open_cluster(kubeconfig_with(rules))
    try:
        missing = await find_missing(limited.transport, everything)
        assert missing == [Right("", "nodes", verb, "", cluster_wide=True) for verb in ("get", "list", "watch")]
        assert 'add {apiGroups: [""], resources: [nodes], verbs: [get, list, watch]}' in explain("real", missing)[0]
        limited.start(Seen(), [BY_NAME["Node"], BY_NAME["Pod"]])
        await until(lambda: limited.problems and limited.observed.synced("Pod"))
        assert "not allowed to list and watch nodes" in limited.problems[0]
    finally:
        await limited.stop()


CRASHING = """
apiVersion: v1
kind: Pod
metadata: {name: crash}
spec:
  containers:
  - {name: app, image: "test.local/busybox:1", command: [sh, -c, "echo first; echo 'FATAL: no database'; exit 3"]}
"""


async def test_a_crashing_container_its_log_and_its_events(
    bot: Cluster, namespace: str, apply: Callable[..., Any]
) -> None:
    bot.start(Seen(), [BY_NAME["Pod"]])
    apply(CRASHING)

    def restarted() -> bool:
        pod = bot.observed.get("Pod", namespace, "crash")
        statuses = pod.status.container_statuses if isinstance(pod, Pod) else None
        return bool(statuses) and statuses[0].restart_count > 0

    await until(restarted, 60)
    pod = bot.observed.get("Pod", namespace, "crash")
    assert pod is not None
    logs = []
    for previous in (False, True):
        try:
            logs.append((await bot.reader.log(namespace, "crash", "app", previous=previous, tail=1)).text)
        except KubeError:
            continue
    assert "FATAL: no database\n" in logs
    events = await bot.reader.events(Ref("real", "Pod", namespace, "crash", pod.metadata.uid))
    assert {"Scheduled", "Started"} <= {event.reason for event in events}
    assert await bot.reader.events(Ref("real", "Pod", namespace, "crash", "another-uid")) == []
    with pytest.raises(NotFound, match="not found"):
        await bot.reader.log(namespace, "none", "app")
    with pytest.raises(KubeError, match="container zz is not valid"):
        await bot.reader.log(namespace, "crash", "zz")


async def test_the_lease_changes_hands(bot: Cluster, namespace: str) -> None:
    calls: list[str] = []
    first, second = (
        Election(
            bot.transport, namespace, name, started=lambda n=name: calls.append(f"{n} leads"),  # type: ignore[misc]
            lost=lambda n=name: calls.append(f"{n} lost"),  # type: ignore[misc]
        )
        for name in ("a", "b")
    )  # fmt: skip
    await first.step()
    await second.step()
    await first.step()
    await first._release()
    began = time.monotonic()
    await second.step()
    assert calls == ["a leads", "a lost", "b leads"]
    assert time.monotonic() - began < 5
