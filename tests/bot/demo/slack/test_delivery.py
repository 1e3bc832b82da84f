"""What people do reaches a real Bolt app, and what comes back, or does not, is what people see."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec.structs import replace

from bot.adapters.slack.manifest import manifest
from bot.adapters.slack.settings import SlackSettings
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import DEFAULTS, QUICK, connected, new_app, until


async def test_a_command_is_acknowledged_and_answered_privately() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)

        @app.command("/k8s")
        async def answer(ack: Any, respond: Any, command: Any) -> None:
            await ack()
            await respond(f"you said {command['text']}", response_type="ephemeral")

        async with connected(slack, app):
            answered = await slack.act("dana", channel="shop-dev", command="/k8s logs deploy/api -n shop")
        assert [each["text"] for each in answered["seen"]] == ["you said logs deploy/api -n shop"]
        assert answered["seen"][0]["ephemeral"]
        assert slack.in_channel("shop-dev") == []
        assert not (await slack.act("vera", channel="shop-dev", text="hm", wait=0))["seen"]


async def test_text_in_the_acknowledgement_is_an_answer_too() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)

        @app.command("/k8s")
        async def answer(ack: Any) -> None:
            await ack("at once")

        async with connected(slack, app):
            answered = await slack.act("dana", channel="general", command="/k8s help")
        assert [each["text"] for each in answered["seen"]] == ["at once"]


async def test_a_command_that_is_not_acknowledged_is_told_as_a_time_out() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        calls = []

        @app.command("/k8s")
        async def hang(command: Any) -> None:
            calls.append(command)
            await asyncio.sleep(1)

        async with connected(slack, app):
            answered = await slack.act("dana", channel="general", command="/k8s help", wait=2)
        assert [each["error"] for each in answered["seen"]] == ["operation_timeout"]
        assert "did not respond" in answered["seen"][0]["text"]
        assert len(calls) == 1, "Slack does not repeat a command"


async def test_without_any_connection_a_command_fails_at_once() -> None:
    async with SlackDouble(QUICK) as slack:
        answered = await slack.act("dana", channel="general", command="/k8s help")
    assert [each["error"] for each in answered["seen"]] == ["dispatch_failed"]


async def test_unknown_commands_and_commands_in_threads_never_reach_the_app() -> None:
    async with SlackDouble(QUICK) as slack:
        posted = await slack.act("dana", channel="general", text="hello", wait=0)
        assert posted["ok"]
        ts = slack.in_channel("general")[0]["ts"]
        unknown = await slack.act("dana", channel="general", command="/other x", wait=0.1)
        threaded = await slack.act("dana", channel="general", command="/k8s help", thread_ts=ts, wait=0.1)
    assert "not a valid command" in unknown["seen"][0]["text"]
    assert threaded["seen"][0]["text"] == "/k8s is not supported in threads. Sorry!"


async def test_a_mention_is_an_event_and_a_plain_message_is_none() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        heard = []

        @app.event("app_mention")
        async def mentioned(event: Any) -> None:
            heard.append(event)

        async with connected(slack, app):
            await slack.act("april", channel="general", text="nothing for you", wait=0)
            await slack.act("april", channel="general", text="hello @Watchkeeper, a < b", wait=0)
            await until(lambda: heard)
            await asyncio.sleep(0.05)
        assert len(heard) == 1
        assert heard[0]["text"] == "hello <@U0WATCHKEEP>, a &lt; b"
        assert heard[0]["user"] == "U0APRIL"


async def test_an_event_comes_again_until_it_is_acknowledged() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        attempts = []

        @app.event("app_mention")
        async def mentioned(body: Any, req: Any) -> None:
            attempts.append((body["event_id"], *req.headers["x-slack-retry-num"]))

        slack.faults.dropped_acks = 2
        async with connected(slack, app):
            await slack.act("april", channel="general", text="@Watchkeeper help", wait=0)
            await until(lambda: len(attempts) == 3)
            await asyncio.sleep(0.6)
        assert [number for _, number in attempts] == ["0", "1", "2"], "the third was acknowledged: no fourth"
        assert len({event_id for event_id, _ in attempts}) == 1
        assert [each["retry_reason"] for each in slack.socket.sent] == ["", "timeout", "timeout"]


async def test_opening_home_brings_what_the_app_publishes() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        pressed = []

        @app.event("app_home_opened")
        async def home(client: Any, event: Any) -> None:
            button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
            view = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
            await client.views_publish(user_id=event["user"], view=view)

        @app.action("go")
        async def go(ack: Any, body: Any) -> None:
            await ack()
            pressed.append(body)

        async with connected(slack, app):
            seen = (await slack.act("vera", home=True))["seen"]
            assert [each["type"] for each in seen] == ["home"]
            await slack.act("vera", home=True, button="Go", wait=0)
            await until(lambda: pressed)
        assert pressed[0]["container"] == {"type": "view", "view_id": seen[0]["id"]}
        assert pressed[0]["user"]["id"] == "U0VERA"


async def test_an_event_without_its_scope_is_never_sent() -> None:
    scopes = tuple(scope for scope in QUICK.bot_scopes if scope != "app_mentions:read")
    async with SlackDouble(replace(QUICK, bot_scopes=scopes)) as slack, connected(slack, new_app(slack)):
        await slack.act("april", channel="general", text="@Watchkeeper help", wait=0)
        await asyncio.sleep(0.05)
        assert slack.socket.sent == []


async def test_the_token_has_no_more_scopes_than_our_manifest_asks_for() -> None:
    made = manifest(SlackSettings(channel="#alerts"))
    assert {*DEFAULTS.bot_scopes} == {*made["oauth_config"]["scopes"]["bot"]}
    assert {*DEFAULTS.events} == {*made["settings"]["event_subscriptions"]["bot_events"]}
    commands = [(each["command"], each["should_escape"]) for each in made["features"]["slash_commands"]]
    assert commands == [(DEFAULTS.commands[0][0], DEFAULTS.should_escape)]
