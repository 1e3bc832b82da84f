"""The listeners, dispatched as both transports do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.adapters.slack.api import Api
from bot.adapters.slack.bolt import Inbound
from bot.adapters.slack.deliveries import Delivery
from commands.ports import Responder
from tests.bot.adapters.slack.conftest import Handled
from tests.bot.adapters.slack.payloads import command, direct, home, mention, press
from tests.bot.adapters.slack.stub import Stub, stub_slack


def nobody(_: Delivery) -> Responder:
    return None  # type: ignore[return-value]


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        yield slack


@pytest.fixture
async def api(stub: Stub) -> AsyncIterator[Api]:
    made = Api("xoxb-1", stub.url)
    await made.identity()
    yield made
    await made.close()


def taken(body: dict[str, Any]) -> AsyncBoltRequest:
    return AsyncBoltRequest(mode="socket_mode", body=body)


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (command(), "slash"),
        (press(), "button"),
        (mention("<@UBOT> help"), "mention"),
        (direct("help"), "mention"),
        (home(), "home"),
        (press(type="message_action", callback_id="explain", message_ts="100.1"), "shortcut"),
    ],
)
async def test_what_is_handed_on(api: Api, handled: Handled, body: dict[str, Any], source: str) -> None:
    inbound = Inbound(api, "/k8s", handled, nobody)
    assert (await inbound.dispatch(taken(body))).status == 200
    (request,) = await handled.wait_for(1)
    assert request.source == source


async def test_the_commands_name_is_configuration(api: Api, handled: Handled) -> None:
    inbound = Inbound(api, "/kube", handled, nobody)
    await inbound.dispatch(taken(command()))
    assert handled.requests == []
    await inbound.dispatch(taken(command() | {"command": "/kube"}))
    await handled.wait_for(1)


async def test_no_call_to_slack_stands_before_the_acknowledgement(api: Api, stub: Stub, handled: Handled) -> None:
    inbound = Inbound(api, "/k8s", handled, nobody)
    stub.calls.clear()
    await inbound.dispatch(taken(command()))
    assert dict(stub.calls) == {}


async def test_a_token_in_the_environment_is_neither_used_nor_warned_about(
    api: Api, handled: Handled, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    Inbound(api, "/k8s", handled, nobody)
    assert caplog.text == ""


async def test_a_handler_that_fails_disturbs_nobody(
    api: Api, handled: Handled, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("oh")

    inbound = Inbound(api, "/k8s", broken, nobody)
    assert (await inbound.dispatch(taken(command()))).status == 200
    await inbound.running.drain(1)
    assert "a handler failed" in caplog.text
