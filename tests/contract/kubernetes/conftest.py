"""``api``: the same tests against both clusters, told apart by the ids ``simulated`` and ``real``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.kube.clock import Agenda
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from tests.contract.kubernetes.wire import Wire

SPEED = 10.0  # the simulated cluster's seconds are a tenth of ours; what is asserted is order, not length


@pytest.fixture(params=["simulated", pytest.param("real", marks=pytest.mark.cluster)])
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    if request.param == "real":
        async with asyncio.timeout(900):
            async for wire in real(request.getfixturevalue("cluster")):
                yield wire
        return
    async with KubeDouble(Bare(), Agenda(speed=SPEED)) as kube:
        headers = {"Authorization": f"Bearer {kube.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            wire = Wire(session, kube.url, "contract", "simulated")
            await wire.create("/api/v1/namespaces", {"metadata": {"name": wire.namespace}})
            yield wire


async def real(cluster: Any) -> AsyncIterator[Wire]:
    """A namespace of its own in the real cluster, for as long as one test runs."""
    door = cluster.api
    url = f"https://{door._host}:{door._port}"
    async with aiohttp.ClientSession(headers=door._headers) as session:
        wire = Wire(session, url, f"contract-{secrets.token_hex(3)}", "real", tls=door._tls)
        await wire.create("/api/v1/namespaces", {"metadata": {"name": wire.namespace}})
        await wire.until(wire.core("serviceaccounts", "default"), lambda _obj: True, seconds=30)
        yield wire
        await wire.ask("DELETE", f"/api/v1/namespaces/{wire.namespace}")
        await wire.ask("DELETE", wire.core("pods"), {"gracePeriodSeconds": 0})
