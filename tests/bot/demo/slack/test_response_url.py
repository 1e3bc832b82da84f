"""Answers through a response URL: how often, how long, to whom, and in place of what."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.slack.envelopes import response_url
from bot.demo.slack.model import Json
from bot.demo.slack.server import SlackDouble


def slash_url(slack: SlackDouble) -> str:
    return response_url(slack.state, slack.state.tickets.response("U0DANA", "C0GENERAL"))


async def send(url: str, **body: Any) -> tuple[int, str]:
    answer = await AsyncWebhookClient(url).send_dict(body)
    return answer.status_code, answer.body


def private(slack: SlackDouble) -> list[Json]:
    return [*slack.messages.ephemerals["U0DANA"]]


async def test_five_uses_and_thirty_minutes(slack: SlackDouble) -> None:
    url = slash_url(slack)
    for number in range(5):
        assert await send(url, text=f"{number}") == (200, "ok")
    assert [status for status, _ in [await send(url, text="6")]] == [404]
    assert [each["text"] for each in private(slack)] == ["0", "1", "2", "3", "4"]
    late = slash_url(slack)
    slack.clock.advance(1801)
    status, body = await send(late, text="late")
    assert (status, "expired_url" in body) == (404, True)
    assert (await send(slack.url + "/response/made-up", text="x"))[0] == 404


async def test_private_unless_said_otherwise(slack: SlackDouble) -> None:
    url = slash_url(slack)
    await send(url, text="for you")
    await send(url, text="for all", response_type="in_channel")
    assert [each["text"] for each in private(slack)] == ["for you"]
    assert [each["text"] for each in slack.in_channel("general")] == ["for all"]


async def test_a_command_has_no_original_to_replace(slack: SlackDouble) -> None:
    """Slack posts one more message instead: progress cannot be edited into a result this way."""
    url = slash_url(slack)
    await send(url, text="working")
    await send(url, text="done", replace_original=True)
    assert [each["text"] for each in private(slack)] == ["working", "done"]


async def test_an_ephemeral_message_is_replaced_and_deleted_through_its_own_button(slack: SlackDouble) -> None:
    channel = slack.workspace.channel("C0GENERAL")
    message = slack.messages.ephemeral(channel, "U0DANA", {"text": "sure?", "blocks": [{"type": "divider"}]})
    ticket = slack.state.tickets.response("U0DANA", "C0GENERAL", message=message["ts"], ephemeral=True)
    url = response_url(slack.state, ticket)
    await send(url, text="done", replace_original=True)
    assert [(each["text"], each.get("blocks")) for each in private(slack)] == [("done", None)]
    await send(url, delete_original=True)
    assert private(slack) == []


async def test_a_message_is_deleted_through_its_button(slack: SlackDouble) -> None:
    channel = slack.workspace.channel("C0GENERAL")
    ts = slack.messages.post(channel, {"text": "x"}, author=slack.workspace.author())["ts"]
    ticket = slack.state.tickets.response("U0DANA", "C0GENERAL", message=ts)
    await send(response_url(slack.state, ticket), delete_original=True)
    assert slack.in_channel("general") == []


@pytest.mark.parametrize(
    ("body", "error"),
    [({"text": ""}, "no_text"), ({"text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks")],
)
async def test_what_a_message_may_not_be_is_refused_here_too(slack: SlackDouble, body: Any, error: str) -> None:
    status, told = await send(slash_url(slack), **body)
    assert (status, error in told) == (400, True)
    assert private(slack) == []
