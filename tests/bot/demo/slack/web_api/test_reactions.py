"""Emoji under a message: once each."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import refusal


async def test_a_reaction_is_added_once_and_removed_once(slack: SlackDouble, web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel="general", text="x"))["ts"]
    target = {"channel": "C0GENERAL", "timestamp": ts}
    await web.reactions_add(name="eyes", **target)
    assert slack.in_channel("general")[0]["reactions"] == [{"name": "eyes", "users": ["U0WATCHKEEP"], "count": 1}]
    assert await refusal(web.reactions_add(name="eyes", **target)) == "already_reacted"
    await web.reactions_remove(name="eyes", **target)
    assert slack.in_channel("general")[0]["reactions"] == []
    assert await refusal(web.reactions_remove(name="eyes", **target)) == "no_reaction"
    assert await refusal(web.reactions_add(name="No Such!", **target)) == "invalid_name"
    assert await refusal(web.reactions_add(name="eyes", channel="C0GENERAL", timestamp="1.1")) == "message_not_found"
