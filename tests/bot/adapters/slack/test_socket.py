"""Socket Mode against a server that misbehaves as Slack does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.adapters.slack import socket
from bot.adapters.slack.adapter import Slack
from bot.adapters.slack.settings import SlackSettings
from bot.core.errors import SetupError
from bot.core.message import Message
from tests.bot.adapters.slack.conftest import Handled
from tests.bot.adapters.slack.payloads import command, mention, press
from tests.bot.adapters.slack.socket_stub import SocketStub, envelope, socket_slack


@pytest.fixture
async def stub() -> AsyncIterator[SocketStub]:
    async with socket_slack() as slack:
        yield slack


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "_FIRST_WAIT", 0.02)


@asynccontextmanager
async def serving(stub: SocketStub, handled: Handled, connections: int = 1) -> AsyncIterator[Slack]:
    settings = SlackSettings(channel="#x", api_url=stub.url, connections=connections)
    slack = Slack(settings, bot_token="xoxb-1", app_token="xapp-1")
    task = asyncio.create_task(slack.serve(handled))
    try:
        yield slack
    finally:
        await slack.stop(1)
        await asyncio.gather(task, return_exceptions=True)
        await slack.close()


async def test_the_answer_reaches_the_response_url(stub: SocketStub, handled: Handled) -> None:
    handled.answer = Message("pods are fine")
    url = stub.url.removesuffix("api/") + "response/hook"
    async with serving(stub, handled) as slack:
        await stub.has_sockets(1)
        await stub.sockets[0].send_json(envelope(1, command(response_url=url)))
        await handled.wait_for(1)
        assert await slack.stop(5) == 0
    assert stub.calls["hook"][0]["text"] == "pods are fine"


async def test_a_redelivered_envelope_has_the_same_request_id(stub: SocketStub, handled: Handled) -> None:
    async with serving(stub, handled):
        await stub.has_sockets(1)
        await stub.sockets[0].send_json(envelope(1, command()))
        await stub.sockets[0].send_json(envelope(2, command()))
        first, second = await handled.wait_for(2)
    assert first.id == second.id


async def test_buttons_and_mentions_arrive_too(stub: SocketStub, handled: Handled) -> None:
    async with serving(stub, handled):
        await stub.has_sockets(1)
        await stub.sockets[0].send_json(envelope(1, press(), "interactive"))
        await stub.ack()
        await stub.sockets[0].send_json(envelope(2, mention("<@UBOT> help"), "events_api", retry_attempt=1))
        await stub.ack()
        button, said = await handled.wait_for(2)
    assert (button.source, said.source) == ("button", "mention")


async def test_a_dead_url_is_not_tried_twice(stub: SocketStub, handled: Handled) -> None:
    stub.dead = 2
    async with serving(stub, handled) as slack:
        await stub.has_sockets(1)
        await stub.sockets[0].send_json(envelope(1, command()))
        await stub.ack()
        assert slack.connected
    assert stub.opened == 3


async def test_a_dead_url_after_a_lost_connection(stub: SocketStub, handled: Handled) -> None:
    async with serving(stub, handled) as slack:
        await stub.has_sockets(1)
        stub.dead = 1
        await stub.sockets[0].close()
        await stub.has_sockets(2)
        await stub.sockets[1].send_json(envelope(1, command()))
        await stub.ack()
        assert slack.connected


@pytest.mark.parametrize("connections", [1, 2])
async def test_an_announced_end_loses_nothing(stub: SocketStub, handled: Handled, connections: int) -> None:
    async with serving(stub, handled, connections) as slack:
        await stub.has_sockets(connections)
        old = stub.sockets[0]
        await old.send_json({"type": "disconnect", "reason": "warning"})
        await stub.has_sockets(connections + 1)
        await old.send_json(envelope(1, command(trigger="1.late")))
        assert await stub.ack() == {"envelope_id": "e1"}
        await stub.sockets[-1].send_json(envelope(2, command(trigger="2.new")))
        assert await stub.ack() == {"envelope_id": "e2"}
        await handled.wait_for(2)
        assert slack.connected


async def test_a_refresh_opens_a_new_connection(stub: SocketStub, handled: Handled) -> None:
    async with serving(stub, handled):
        await stub.has_sockets(1)
        await stub.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested"})
        await stub.sockets[0].close()
        await stub.has_sockets(2)


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_dead_token_ends_the_process_with_what_to_do(stub: SocketStub, handled: Handled, code: str) -> None:
    stub.error = code
    slack = Slack(SlackSettings(channel="#x", api_url=stub.url), bot_token="xoxb-1", app_token="xapp-1")
    with pytest.raises(SetupError, match="SLACK_APP_TOKEN: "):
        await asyncio.wait_for(slack.serve(handled), 5)
    await slack.close()


async def test_a_token_revoked_while_running_ends_the_process(stub: SocketStub, handled: Handled) -> None:
    slack = Slack(SlackSettings(channel="#x", api_url=stub.url), bot_token="xoxb-1", app_token="xapp-1")
    task = asyncio.create_task(slack.serve(handled))
    await stub.has_sockets(2)
    stub.error = "token_revoked"
    await stub.sockets[0].close()
    with pytest.raises(SetupError):
        await asyncio.wait_for(task, 5)
    assert not slack.connected
    await slack.close()


async def test_socket_mode_switched_off_ends_the_process(stub: SocketStub, handled: Handled) -> None:
    slack = Slack(SlackSettings(channel="#x", api_url=stub.url), bot_token="xoxb-1", app_token="xapp-1")
    task = asyncio.create_task(slack.serve(handled))
    await stub.has_sockets(1)
    await stub.sockets[0].send_json({"type": "disconnect", "reason": "link_disabled"})
    with pytest.raises(SetupError, match="Socket Mode was switched off"):
        await asyncio.wait_for(task, 5)
    await slack.close()


async def test_a_stop_lets_handlers_finish_and_takes_nothing_new(stub: SocketStub, handled: Handled) -> None:
    handled.gate = asyncio.Event()
    async with serving(stub, handled) as slack:
        await stub.has_sockets(1)
        await stub.sockets[0].send_json(envelope(1, command()))
        await handled.wait_for(1)
        stopping = asyncio.create_task(slack.stop(5))
        async with asyncio.timeout(5):
            while not stub.sockets[0].closed:
                await asyncio.sleep(0.01)
        assert not slack.connected
        assert not stopping.done()
        handled.gate.set()
        assert await stopping == 0
