"""The stage of each end-to-end test: a fresh workspace, a fresh simulated cluster, somebody with kubectl."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from bot.demo.slack.server import SlackDouble
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
