"""The stage of each end-to-end test: a fresh workspace, a cluster (simulated or real), somebody with kubectl."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from bot.demo.slack.server import SlackDouble
from tests.cluster.client import Json
from tests.cluster.lifecycle import Cluster
from tests.e2e import real as real_cluster
from tests.e2e.workloads import Developer


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def kube() -> AsyncIterator[KubeDouble]:
    async with KubeDouble(Bare(longest_backoff=2.0)) as double:
        yield double


@pytest.fixture
async def developer(kube: KubeDouble) -> AsyncIterator[Developer]:
    async with Developer(kube) as somebody:
        yield somebody


@pytest.fixture
def real(
    own_cluster: Cluster, namespace: str, kubeconfig_with: Callable[[Sequence[Json]], Path]
) -> Iterator[real_cluster.Developer]:
    """Somebody with kubectl on the real cluster, where the bot has the rights that it asks for and no others."""
    somebody = real_cluster.Developer(own_cluster, namespace, kubeconfig_with(real_cluster.rules()))
    yield somebody
    somebody.close()
