"""Leader election between replicas whose clocks do not agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.kubernetes.lease import Election, LeaseSettings
from bot.core.times import Seconds
from tests.bot.adapters.kubernetes.scripted import Api, status_object

LEASES = "/apis/coordination.k8s.io/v1/namespaces/bots/leases"


class LeaseServer:
    """Keeps one Lease with optimistic locking; ``down`` answers 500."""

    def __init__(self, api: Api) -> None:
        self.lease: dict[str, Any] | None = None
        self.version = 0
        self.down = False
        self.now = 0.0
        self.delay = 0.0
        self.api = api
        api.script("GET", f"{LEASES}/watchkeeper", self.get)
        api.script("PUT", f"{LEASES}/watchkeeper", self.put)
        api.script("POST", LEASES, self.put)

    async def get(self, _: web.Request) -> web.StreamResponse:
        if self.down:
            return web.json_response(status_object(500), status=500)
        if self.lease is None:
            return web.json_response(status_object(404, "NotFound"), status=404)
        return web.json_response(self.lease)

    async def put(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return web.json_response(status_object(500), status=500)
        lease = await request.json()
        if lease["metadata"].get("resourceVersion", "0") != str(self.version):
            return web.json_response(status_object(409, "Conflict"), status=409)
        self.version += 1
        self.now += self.delay
        lease["metadata"]["resourceVersion"] = str(self.version)
        self.lease = lease
        return web.json_response(lease)

    def replica(self, name: str, *, wall: float = 1_795_248_000.0) -> Replica:
        return Replica(self, name, wall)


class Replica:
    def __init__(self, server: LeaseServer, name: str, wall: float) -> None:
        self.calls: list[str] = []
        self.election = Election(
            server.api.transport(),
            "bots",
            name,
            settings=LeaseSettings(duration=Seconds(15), renew_within=Seconds(10), retry=Seconds(2)),
            started=lambda: self.calls.append("started"),
            lost=lambda: self.calls.append("lost"),
            clock=lambda: server.now,
            wall=lambda: wall + server.now,
        )

    @property
    def leading(self) -> bool:
        return self.election.leading


@pytest.fixture
async def server() -> AsyncIterator[LeaseServer]:
    async with Api() as api:
        yield LeaseServer(api)


async def test_the_first_leads_and_the_second_waits(server: LeaseServer) -> None:
    first, second = server.replica("a"), server.replica("b")
    for _ in range(20):
        await first.election.step()
        await second.election.step()
        server.now += 2
    assert (first.calls, second.calls) == (["started"], [])
    assert second.election.holder == "a"


async def test_a_silent_leader_is_replaced_after_its_time(server: LeaseServer) -> None:
    first, second = server.replica("a"), server.replica("b")
    await first.election.step()
    await second.election.step()
    server.now = 14.9
    await second.election.step()
    assert not second.leading
    server.now = 15.1
    await second.election.step()
    assert second.leading
    assert server.lease is not None
    assert server.lease["spec"]["leaseTransitions"] == 1
    await first.election.step()
    assert first.calls == ["started", "lost"]


async def test_clocks_that_disagree_by_hours_do_not_matter(server: LeaseServer) -> None:
    first, second = server.replica("a", wall=1_795_248_000.0), server.replica("b", wall=1_795_248_000.0 + 7200)
    for _ in range(10):
        await first.election.step()
        await second.election.step()
        server.now += 2
    assert not second.leading


async def test_who_cannot_renew_stops_before_another_may_start(server: LeaseServer) -> None:
    first = server.replica("a")
    await first.election.step()
    server.down = True
    server.now = 8
    await first.election.step()
    assert first.leading  # a short trouble is no loss
    server.now = 10
    await first.election.step()
    assert first.calls == ["started", "lost"]


async def test_a_slow_renewal_counts_from_its_beginning(server: LeaseServer) -> None:
    first = server.replica("a")
    server.delay = 3
    await first.election.step()
    server.down = True
    server.now = 9.9
    await first.election.step()
    assert first.leading
    server.now = 10
    await first.election.step()
    assert not first.leading  # others may have seen the record at 0, when it was written


async def test_two_that_reach_for_it_at_once(server: LeaseServer) -> None:
    replicas = [server.replica(name) for name in "abcde"]
    await asyncio.gather(*(one.election.step() for one in replicas))
    await asyncio.gather(*(one.election.step() for one in replicas))
    assert sum(one.leading for one in replicas) == 1


async def test_leaving_in_order_gives_it_back_at_once(server: LeaseServer) -> None:
    first, second = server.replica("a"), server.replica("b")
    await second.election.step()
    await second.election._release()
    running = asyncio.create_task(first.election.run())
    while not first.leading:
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert first.calls == ["started", "lost"]
    await second.election.step()
    assert second.leading


async def test_the_record_is_what_kubectl_shows(server: LeaseServer) -> None:
    await server.replica("pod-1").election.step()
    assert server.lease is not None
    assert server.lease["spec"] == {
        "holderIdentity": "pod-1",
        "leaseDurationSeconds": 15,
        "acquireTime": "2026-11-21T08:00:00.000000Z",
        "renewTime": "2026-11-21T08:00:00.000000Z",
        "leaseTransitions": 0,
    }


def test_times_that_would_let_two_lead_are_refused() -> None:
    with pytest.raises(ValueError, match="retry < renew_within < duration"):
        LeaseSettings(duration=Seconds(10), renew_within=Seconds(10))
