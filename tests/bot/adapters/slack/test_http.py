"""HTTP mode: only what Slack signed, and signed just now, is handled."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.slack.adapter import Slack
from bot.adapters.slack.http import HttpMode
from bot.adapters.slack.running import Running
from bot.adapters.slack.settings import HttpSettings, SlackSettings
from bot.core.errors import SetupError
from tests.bot.adapters.slack.conftest import Handled
from tests.bot.adapters.slack.payloads import command, mention, press
from tests.bot.adapters.slack.stub import Stub, stub_slack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"


class Caller:
    """Sends as Slack does; ``age`` seconds ago, with another ``secret`` or a given ``signature``."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def __call__(
        self,
        body: str | bytes,
        kind: str = FORM,
        *,
        age: float = 0,
        secret: str = SECRET,
        timestamp: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        raw = body.encode() if isinstance(body, str) else body
        stamp = timestamp or str(int(time.time() - age))
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
        sent = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        async with self._session.post(self._url, data=raw, headers={**sent, **(headers or {})}) as response:
            return response.status, await response.text()


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        yield slack


@pytest.fixture
async def call(stub: Stub, handled: Handled) -> AsyncIterator[Caller]:
    http = HttpSettings(host="127.0.0.1", port=0)
    settings = SlackSettings(channel="#x", mode="http", api_url=stub.url, http=http)
    slack = Slack(settings, bot_token="xoxb-1", signing_secret=SECRET)
    task = asyncio.create_task(slack.serve(handled))
    async with asyncio.timeout(5):
        while not slack.connected:
            await asyncio.sleep(0.01)
    async with aiohttp.ClientSession() as session:
        yield Caller(session, f"http://127.0.0.1:{slack.http_port}/slack/events")
    await slack.stop(1)
    await task
    await slack.close()


async def test_a_signed_command_is_taken(call: Caller, handled: Handled) -> None:
    assert await call(urlencode(command("logs deploy/api"))) == (200, "")
    (request,) = await handled.wait_for(1)
    assert (request.text, request.source) == ("logs deploy/api", "slash")


async def test_a_command_that_says_payload_keeps_its_words(call: Caller, handled: Handled) -> None:
    assert (await call(urlencode(command("describe deploy/payload-api"))))[0] == 200
    assert (await handled.wait_for(1))[0].text == "describe deploy/payload-api"


async def test_a_button_and_an_event(call: Caller, handled: Handled) -> None:
    assert (await call(urlencode({"payload": json.dumps(press())})))[0] == 200
    assert (await call(json.dumps(mention("<@UBOT> help")), "application/json"))[0] == 200
    assert [request.source for request in await handled.wait_for(2)] == ["button", "mention"]


async def test_a_repeated_event_has_the_same_id(call: Caller, handled: Handled) -> None:
    body = json.dumps(mention("<@UBOT> help"))
    await call(body, "application/json")
    await call(body, "application/json", headers={"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
    first, second = await handled.wait_for(2)
    assert first.id == second.id


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "somebody else's"},
        {"age": 301},
        {"age": -301},
        {"timestamp": "yesterday"},
        {"headers": {"X-Slack-Signature": "v0=00"}},
        {"headers": {"X-Slack-Signature": ""}},
        {"headers": {"X-Slack-Request-Timestamp": "1"}},
    ],
)
async def test_forged_and_old_requests_are_refused(call: Caller, handled: Handled, how: dict[str, Any]) -> None:
    status, _ = await call(urlencode(command()), **how)
    assert status == 401
    assert handled.requests == []


async def test_pretending_a_certificate_check_does_not_get_past_the_signature(call: Caller, handled: Handled) -> None:
    await call(urlencode(command() | {"ssl_check": "1"}), secret="wrong")
    await call(json.dumps(mention("<@UBOT> help") | {"ssl_check": "1"}), "application/json", secret="wrong")
    assert handled.requests == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{not json", b""])
async def test_nonsense_is_refused(call: Caller, body: bytes) -> None:
    kind = "application/json" if body.startswith(b"{") else FORM
    assert (await call(body, kind))[0] in (200, 400)


async def test_slacks_challenge_is_answered(call: Caller) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c123", "token": "t"})
    assert "c123" in (await call(body, "application/json"))[1]


async def test_unhandled_events_are_acknowledged(call: Caller, handled: Handled) -> None:
    event = {"type": "event_callback", "event_id": "E9", "event": {"type": "reaction_added", "user": "U1"}}
    assert (await call(json.dumps(event), "application/json"))[0] == 200
    assert handled.requests == []


async def test_a_taken_port_stops_the_start(stub: Stub, handled: Handled, call: Caller) -> None:
    port = int(call._url.split(":")[2].split("/")[0])
    settings = SlackSettings(
        channel="#x", mode="http", api_url=stub.url, http=HttpSettings(host="127.0.0.1", port=port)
    )
    slack = Slack(settings, bot_token="xoxb-1", signing_secret=SECRET)
    with pytest.raises(SetupError, match=f"cannot listen on 127.0.0.1:{port}"):
        await slack.serve(handled)
    await slack.close()


class SlowInbound:
    """Takes its time to find a listener, then starts a handler."""

    def __init__(self) -> None:
        self.running, self.go, self.begun, self.done = Running(), asyncio.Event(), asyncio.Event(), list[int]()

    async def dispatch(self, _: AsyncBoltRequest) -> BoltResponse:
        self.begun.set()
        await self.go.wait()
        self.running.start(self._work(), "slash:1")
        return BoltResponse(status=200)

    async def _work(self) -> None:
        await asyncio.sleep(0)
        self.done.append(1)


async def test_a_stop_waits_for_a_request_that_has_no_handler_yet() -> None:
    inbound = SlowInbound()
    mode = HttpMode(inbound, HttpSettings(host="127.0.0.1", port=0))  # type: ignore[arg-type]
    task = asyncio.create_task(mode.run())
    async with asyncio.timeout(5):
        while not mode.connected:
            await asyncio.sleep(0.01)
    async with aiohttp.ClientSession() as session:
        calling = asyncio.create_task(
            Caller(session, f"http://127.0.0.1:{mode.port}/slack/events")(urlencode({"a": 1}))
        )
        await inbound.begun.wait()
        stopping = asyncio.create_task(mode.stop(5))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        inbound.go.set()
        assert await stopping == 0
        assert inbound.done == [1]
        assert (await calling)[0] == 200
    await task
