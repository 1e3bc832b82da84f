"""One connection: whatever comes is acknowledged on it, quickly, and nonsense does not end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.response import BoltResponse

from bot.adapters.slack import link
from bot.adapters.slack.api import Api
from bot.adapters.slack.bolt import Inbound
from bot.adapters.slack.deliveries import Delivery
from bot.adapters.slack.link import Link
from commands.ports import Responder
from tests.bot.adapters.slack.conftest import Handled
from tests.bot.adapters.slack.payloads import command, mention, press
from tests.bot.adapters.slack.socket_stub import SocketStub, envelope, socket_slack


def nobody(_: Delivery) -> Responder:
    return None  # type: ignore[return-value]


@pytest.fixture
async def stub() -> AsyncIterator[SocketStub]:
    async with socket_slack() as slack:
        yield slack


@pytest.fixture
async def inbound(stub: SocketStub, handled: Handled) -> AsyncIterator[Inbound]:
    api = Api("xoxb-1", stub.url)
    await api.identity()
    made = Inbound(api, "/k8s", handled, nobody)
    yield made
    await made.running.drain(0)
    await api.close()


@pytest.fixture
async def one(stub: SocketStub, inbound: Inbound) -> AsyncIterator[Link]:
    async with aiohttp.ClientSession() as session:
        made = Link(session, inbound, "socket 0")
        await made.open(stub.connections_open({})["url"])
        reading = asyncio.create_task(made.read())
        yield made
        await made.close()
        await reading


async def test_a_command_is_acknowledged_before_it_is_handled(one: Link, stub: SocketStub, handled: Handled) -> None:
    handled.gate = asyncio.Event()
    await stub.sockets[0].send_json(envelope(1, command("logs deploy/api")))
    assert await stub.ack() == {"envelope_id": "e1"}
    (request,) = await handled.wait_for(1)
    assert request.text == "logs deploy/api"
    assert handled.gate.is_set() is False


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("events_api", {"type": "event_callback", "event_id": "E", "event": {"type": "reaction_added", "user": "U1"}}),
        ("slash_commands", command() | {"command": "/somebody-elses"}),
        ("interactive", press(action_id="wk.link.1")),
        ("interactive", {"type": "view_submission", "view": {"callback_id": "x"}, "user": {"id": "U1"}}),
        ("something_new", {"hello": "world"}),
        ("events_api", mention("<@UBOT> help", user="UBOT")),
    ],
)
async def test_what_nobody_handles_is_acknowledged(
    one: Link, stub: SocketStub, handled: Handled, kind: str, payload: dict[str, Any]
) -> None:
    await stub.sockets[0].send_json(envelope(1, payload, kind))
    assert (await stub.ack())["envelope_id"] == "e1"
    assert handled.requests == []


async def test_menus_that_ask_for_options_get_none(one: Link, stub: SocketStub) -> None:
    await stub.sockets[0].send_json(
        envelope(1, {"type": "block_suggestion", "action_id": "x", "block_id": "b", "value": "a"}, "interactive")
    )
    assert await stub.ack() == {"envelope_id": "e1", "payload": {"options": []}}


async def test_the_acknowledgement_does_not_wait_for_a_slow_bolt(
    one: Link, stub: SocketStub, inbound: Inbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()

    async def slow(_: Any) -> BoltResponse:
        await go.wait()
        return BoltResponse(status=200)

    monkeypatch.setattr(link, "_ACK", 0.05)
    monkeypatch.setattr(inbound, "dispatch", slow)
    await stub.sockets[0].send_json(envelope(1, command()))
    assert await stub.ack() == {"envelope_id": "e1"}
    go.set()


async def test_nonsense_does_not_end_the_connection(one: Link, stub: SocketStub, handled: Handled) -> None:
    await stub.sockets[0].send_str("not json")
    await stub.sockets[0].send_json({"type": "something"})
    await stub.sockets[0].send_json(envelope(1, command()))
    await stub.ack()
    assert one.ready


async def test_a_server_without_a_hello_is_refused(
    stub: SocketStub, inbound: Inbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_CONNECT", 0.1)
    stub.silent = 1
    async with aiohttp.ClientSession() as session:
        made = Link(session, inbound, "socket 0")
        with pytest.raises(TimeoutError):
            await made.open(stub.connections_open({})["url"])
        assert not made.ready


async def test_an_announced_end_is_read_to_the_last_word(one: Link, stub: SocketStub, handled: Handled) -> None:
    await stub.sockets[0].send_json({"type": "disconnect", "reason": "warning"})
    await one.leaving.wait()
    assert (one.reason, one.ready) == ("warning", False)
    await stub.sockets[0].send_json(envelope(1, command()))
    await stub.ack()
    await handled.wait_for(1)
