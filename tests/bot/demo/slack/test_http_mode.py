"""HTTP mode with a real Bolt app behind the request URL: signatures, forms, redelivery, the handshake."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.demo.slack.http_mode import sign
from bot.demo.slack.model import SlackError
from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings
from tests.bot.demo.slack.apps import QUICK, client, listening, new_app, until


async def test_commands_buttons_and_events_arrive_signed() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        heard: list[str] = []

        @app.command("/k8s")
        async def command(ack: Any, respond: Any, command: Any) -> None:
            await ack()
            await respond(f"did {command['text']}")

        @app.action("go")
        async def pressed(ack: Any, body: Any) -> None:
            await ack()
            heard.append(body["actions"][0]["value"])

        @app.event("app_mention")
        async def mentioned(event: Any) -> None:
            heard.append(event["text"])

        async with listening(app) as url:
            await slack.use_http(url)
            seen = (await slack.act("dana", channel="general", command="/k8s logs a & b=c"))["seen"]
            assert [each["text"] for each in seen] == ["did logs a & b=c"]
            button = {"type": "button", "action_id": "go", "value": "42", "text": {"type": "plain_text", "text": "Go"}}
            ts = slack.messages.post(
                slack.workspace.channel("C0GENERAL"),
                {"text": "x", "blocks": [{"type": "actions", "block_id": "b", "elements": [button]}]},
                author=slack.workspace.author(),
            )["ts"]
            await slack.act("dana", channel="general", message=ts, button="Go", wait=0)
            await until(lambda: heard == ["42"])
            await slack.act("dana", channel="general", text="@Watchkeeper hi", wait=0)
            await until(lambda: len(heard) == 2)


@pytest.mark.parametrize("skew", [-301, 301])
async def test_an_old_request_is_refused_by_bolt_and_told_to_the_person(skew: int) -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)

        @app.command("/k8s")
        async def command(ack: Any) -> None:
            await ack("yes")

        async with listening(app) as url:
            await slack.use_http(url)
            slack.http.clock_skew = skew
            seen = (await slack.act("dana", channel="general", command="/k8s help"))["seen"]
    assert [each["error"] for each in seen] == ["http_error"]


async def test_a_wrong_secret_is_refused_by_bolt() -> None:
    settings = DoubleSettings(ack=0.4, signing_secret="another")
    async with SlackDouble(settings) as slack, SlackDouble(QUICK) as other:
        app = new_app(other)
        async with listening(app) as url:
            with pytest.raises(SlackError, match="url_verification_failed"):
                await slack.use_http(url)


async def test_an_event_is_redelivered_with_number_and_reason() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        attempts = []

        @app.event("app_mention")
        async def mentioned(body: Any, req: Any) -> None:
            retry = [req.headers.get(name, [""])[0] for name in ("x-slack-retry-num", "x-slack-retry-reason")]
            attempts.append((body["event_id"], *retry))
            if len(attempts) < 3:
                await asyncio.sleep(1)

        app.client.retry_handlers.clear()
        async with listening(app) as url:
            await slack.use_http(url)
            slack.faults.dropped_acks = 2
            await slack.act("dana", channel="general", text="@Watchkeeper hi", wait=0)
            await until(lambda: len(attempts) == 3)
            await asyncio.sleep(0.3)
        assert [each[1:] for each in attempts] == [("", ""), ("1", "http_timeout"), ("2", "http_timeout")]
        assert len({each[0] for each in attempts}) == 1


@pytest.mark.parametrize(("headers", "times"), [({}, 4), ({"X-Slack-No-Retry": "1"}, 1)])
async def test_an_app_that_fails_may_ask_for_no_redelivery(headers: dict[str, str], times: int) -> None:
    attempts = []

    async def fail(request: web.Request) -> web.Response:
        attempts.append(request.headers.get("X-Slack-Retry-Reason"))
        return web.Response(status=500, headers=headers)

    app = web.Application()
    app.router.add_post("/slack/events", fail)
    async with SlackDouble(QUICK) as slack, TestServer(app) as server:
        slack.http.request_url = str(server.make_url("/slack/events"))
        await slack.act("dana", channel="general", text="@Watchkeeper hi", wait=0)
        await until(lambda: len(attempts) == times)
        await asyncio.sleep(0.3)
    assert attempts == [None, "http_error", "http_error", "http_error"][:times]


async def test_nobody_at_the_request_url_is_a_failed_dispatch() -> None:
    async with SlackDouble(QUICK) as slack:
        slack.http.request_url = "http://127.0.0.1:9/slack/events"
        seen = (await slack.act("dana", channel="general", command="/k8s help"))["seen"]
        assert [each["error"] for each in seen] == ["dispatch_failed"]
        assert (await client(slack).auth_test())["ok"]


def test_the_signature_is_the_one_that_slack_documents() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == expected
