"""``/k8s logs`` on the simulated cluster at the moments when one of a container's two logs is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.adapters.kubernetes.access import Kubeconfig
from bot.adapters.kubernetes.cluster import Cluster
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.core.ref import BY_NAME
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from tests.commands.scene import Scene
from tests.e2e.workloads import CRASH, FINE, Developer

POD = BY_NAME["Pod"]


@pytest.fixture
async def kube() -> AsyncIterator[KubeDouble]:
    async with KubeDouble(Bare(0.5)) as made:
        yield made


@pytest.fixture
async def cluster(kube: KubeDouble) -> AsyncIterator[Cluster]:
    made = Cluster(ClusterSettings(name="prod"), watch=WatchSettings(), access=Kubeconfig(kube.kubeconfig()))
    yield made
    await made.stop()


async def start(kube: KubeDouble, script: str, restart: str) -> None:
    """A pod in the namespace shop that runs ``script``."""
    container = {"name": "app", "image": "test.local/busybox:1", "command": ["sh", "-c", script]}
    spec = {"restartPolicy": restart, "containers": [container]}
    async with Developer(kube) as developer:
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "once"}, "spec": spec}
        await developer.call("POST", "/api/v1/namespaces/shop/pods", body)


async def state_of(cluster: Cluster) -> dict[str, Any]:
    pod = await cluster.reader.get(POD, "shop", "once")
    found: list[dict[str, Any]] = pod["status"].get("containerStatuses") or [{}]
    return found[0]


async def wait_for(cluster: Cluster, holds: Callable[[dict[str, Any]], object]) -> None:
    async with asyncio.timeout(20):
        while not holds(await state_of(cluster)):
            await asyncio.sleep(0.02)


async def test_previous_of_a_container_that_still_lies_dead_is_its_current_log(
    kube: KubeDouble, cluster: Cluster
) -> None:
    await start(kube, CRASH, "Never")
    await wait_for(cluster, lambda seen: "terminated" in seen.get("state", {}))
    answer = await Scene(cluster.reader).ask("logs once -c app --previous")
    assert "FATAL: cannot reach db:5432" in answer.text
    assert "the container has just ended, its log is the current one" in answer.text


async def test_previous_of_a_container_that_never_died_is_said_to_be_missing(
    kube: KubeDouble, cluster: Cluster
) -> None:
    await start(kube, f"echo hello; {FINE}", "Always")
    await wait_for(cluster, lambda seen: "running" in seen.get("state", {}))
    answer = await Scene(cluster.reader).ask("logs once --previous")
    assert "No log of once" in answer.text
    assert "hello" not in answer.text


async def test_both_logs_of_a_container_that_crashes_again_and_again(kube: KubeDouble, cluster: Cluster) -> None:
    await start(kube, CRASH, "Always")
    await wait_for(cluster, lambda seen: seen.get("restartCount", 0) >= 2)
    for which in ("--previous", "--current"):
        answer = await Scene(cluster.reader).ask(f"logs once {which}")
        assert "starting" in answer.text
