"""Pressing, choosing, typing and submitting, with a real Bolt app on the other side."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import client, connected, new_app, until


def text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def option(words: str) -> Json:
    return {"text": text(words), "value": words.lower()}


CONTROLS: list[Json] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "ack", "text": text("Acknowledge"), "value": "opaque"},
            {"type": "overflow", "action_id": "more", "options": [option("Snooze"), option("Details")]},
            {"type": "external_select", "action_id": "pods", "placeholder": text("Pod"), "min_query_length": 0},
        ],
    }
]
REASON: Json = {
    "type": "input",
    "block_id": "why",
    "label": text("Reason"),
    "element": {"type": "plain_text_input", "action_id": "reason"},
}
MODAL: Json = {
    "type": "modal",
    "callback_id": "approve",
    "title": text("Approve"),
    "submit": text("Send"),
    "blocks": [REASON],
}


async def post(slack: SlackDouble) -> str:
    sent = await client(slack).chat_postMessage(channel="#k8s-alerts", text="It broke", blocks=CONTROLS)
    return str(sent["ts"])


def recording(app: AsyncApp, action_id: str) -> list[Json]:
    bodies: list[Json] = []

    @app.action(action_id)
    async def pressed(ack: Any, body: Any) -> None:
        await ack()
        bodies.append(body)

    return bodies


async def test_a_button_by_its_label_carries_who_where_and_what(slack: SlackDouble) -> None:
    app = new_app(slack)
    bodies = recording(app, "ack")
    ts = await post(slack)
    async with connected(slack, app):
        await slack.act("dana", channel="k8s-alerts", message=ts, button="Acknowledge", wait=0)
        await until(lambda: bodies)
    body = bodies[0]
    assert body["user"] == {"id": "U0DANA", "username": "dana", "name": "dana", "team_id": "T0WATCHDEMO"}
    assert body["container"]["message_ts"] == body["message"]["ts"] == ts
    assert body["actions"][0]["value"] == "opaque"
    assert body["actions"][0]["block_id"] == "row"


async def test_a_menu_carries_the_chosen_option(slack: SlackDouble) -> None:
    app = new_app(slack)
    bodies = recording(app, "more")
    ts = await post(slack)
    async with connected(slack, app):
        await slack.act("dana", channel="k8s-alerts", message=ts, button="more", value="Details", wait=0)
        await until(lambda: bodies)
    assert bodies[0]["actions"][0]["selected_option"] == option("Details")


async def test_replacing_through_the_response_url_edits_the_message(slack: SlackDouble) -> None:
    app = new_app(slack)

    @app.action("ack")
    async def pressed(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Acknowledged", replace_original=True)

    ts = await post(slack)
    async with connected(slack, app):
        seen = (await slack.act("dana", channel="k8s-alerts", message=ts, button="ack"))["seen"]
    assert [(each["ts"], each["text"]) for each in seen] == [(ts, "Acknowledged")]
    assert "blocks" not in seen[0]


async def test_a_button_nobody_acknowledges_shows_a_warning(slack: SlackDouble) -> None:
    ts = await post(slack)
    async with connected(slack, new_app(slack)):
        seen = (await slack.act("dana", channel="k8s-alerts", message=ts, button="ack", wait=2))["seen"]
    assert [each["error"] for each in seen] == ["operation_timeout"]


async def test_what_is_not_there_is_refused_with_what_is(slack: SlackDouble) -> None:
    ts = await post(slack)
    with pytest.raises(SlackError) as refused:
        await slack.act("dana", channel="k8s-alerts", message=ts, button="Restart")
    assert "'Acknowledge'" in refused.value.extra["detail"]
    for wrong in (
        {"as": "nobody"},
        {"as": "dana", "channel": "secret", "text": "x"},
        {"as": "dana", "channel": "general"},
    ):
        with pytest.raises(SlackError):
            await slack.acting.act(wrong)


async def test_a_menu_loads_its_options_from_the_app(slack: SlackDouble) -> None:
    app = new_app(slack)

    @app.options("pods")
    async def pods(ack: Any, payload: Any) -> None:
        await ack(options=[option(f"Api-{payload['value']}")])

    ts = await post(slack)
    async with connected(slack, app):
        asked = {"action_id": "pods", "block_id": "row", "query": "x", "message": ts}
        assert (await slack.act("dana", options=asked))["options"] == [option("Api-x")]


async def opened(slack: SlackDouble, app: AsyncApp, view: Json = MODAL) -> Json:
    """A modal that the button opens; needs a running app."""

    @app.action("ack")
    async def pressed(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    ts = await post(slack)
    seen = (await slack.act("april", channel="k8s-alerts", message=ts, button="ack"))["seen"]
    assert [each["type"] for each in seen] == ["modal"]
    return dict(seen[0])


async def test_a_modal_is_filled_in_corrected_and_taken(slack: SlackDouble) -> None:
    app = new_app(slack)

    @app.view("approve")
    async def submitted(ack: Any, view: Any, client: Any, body: Any) -> None:
        reason = view["state"]["values"]["why"]["reason"]["value"]
        if len(reason) < 5:
            await ack(response_action="errors", errors={"why": "Say more"})
            return
        await ack()
        await client.chat_postMessage(channel="#k8s-alerts", text=f"{body['user']['id']}: {reason}")

    async with connected(slack, app):
        view = await opened(slack, app)
        empty = await slack.act("april", view=view["id"], submit={})
        assert empty["errors"] == {"why": "Please complete this required field."}
        short = await slack.act("april", view=view["id"], submit={"why": {"reason": "ok"}})
        assert short["errors"] == {"why": "Say more"}
        assert slack.views.stacks["U0APRIL"], "still open"
        good = await slack.act("april", view=view["id"], submit={"why": {"reason": "tested in staging"}})
    assert [each["text"] for each in good["seen"]] == ["U0APRIL: tested in staging"]
    assert slack.views.stacks["U0APRIL"] == []


async def test_a_modal_can_turn_into_another(slack: SlackDouble) -> None:
    app = new_app(slack)
    done: Json = {"type": "modal", "title": text("Done"), "blocks": [{"type": "divider"}]}

    @app.view("approve")
    async def submitted(ack: Any) -> None:
        await ack(response_action="update", view=done)

    async with connected(slack, app):
        view = await opened(slack, app)
        seen = (await slack.act("april", view=view["id"], submit={"why": {"reason": "because"}}))["seen"]
    assert [(each["id"], each["title"]["text"]) for each in seen] == [(view["id"], "Done")]


async def test_closing_a_modal_tells_an_app_that_asked(slack: SlackDouble) -> None:
    app = new_app(slack)
    closed = []

    @app.view_closed("approve")
    async def gone(ack: Any, body: Any) -> None:
        await ack()
        closed.append(body["user"]["id"])

    async with connected(slack, app):
        view = await opened(slack, app, MODAL | {"notify_on_close": True})
        with pytest.raises(SlackError):
            await slack.act("vera", view=view["id"], close=True)
        await slack.act("april", view=view["id"], close=True, wait=0)
        await until(lambda: closed)
    assert closed == ["U0APRIL"]
    assert slack.views.stacks["U0APRIL"] == []


async def test_a_message_shortcut_carries_the_message(slack: SlackDouble) -> None:
    app = new_app(slack)
    bodies = []

    @app.message_shortcut("explain")
    async def explain(ack: Any, shortcut: Any) -> None:
        await ack()
        bodies.append(shortcut)

    ts = await post(slack)
    async with connected(slack, app):
        await slack.act("vera", channel="k8s-alerts", message=ts, shortcut="explain", wait=0)
        await until(lambda: bodies)
    assert bodies[0]["message"]["text"] == "It broke"


async def test_waiting_ends_soon_after_it_fell_quiet_and_shows_each_thing_once(slack: SlackDouble) -> None:
    app = new_app(slack)

    @app.command("/k8s")
    async def work(ack: Any, client: Any, respond: Any) -> None:
        await ack()
        sent = await client.chat_postMessage(channel="C0GENERAL", text="working")
        await asyncio.sleep(0.2)
        await client.chat_update(channel="C0GENERAL", ts=sent["ts"], text="done")
        await respond("only for you")

    async with connected(slack, app):
        async with asyncio.timeout(3):
            seen = (await slack.act("dana", channel="general", command="/k8s x", wait=30))["seen"]
    assert [each["text"] for each in seen] == ["done", "only for you"]


async def test_a_direct_message_reaches_the_app(slack: SlackDouble) -> None:
    app = new_app(slack)
    heard = []

    @app.event("message")
    async def message(event: Any) -> None:
        heard.append((event["channel_type"], event["channel"], event["user"], event["text"]))

    async with connected(slack, app):
        await slack.act("gus", channel="im", text="help me", wait=0)
        await slack.act("gus", channel="general", text="not for the app", wait=0)
        await until(lambda: heard)
        await asyncio.sleep(0.05)
    assert heard == [("im", "D0GUS", "U0GUS", "help me")]
