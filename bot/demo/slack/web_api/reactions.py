"""Emoji under a message."""

from __future__ import annotations

import re

from bot.demo.slack.model import BOT_USER_ID, Json, SlackError
from bot.demo.slack.web_api.registry import Call, method

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


async def _react(call: Call, *, add: bool) -> Json:
    channel = call.state.workspace.channel(call.text("channel"))
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    name = call.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    call.state.messages.react(channel, call.text("timestamp"), name, BOT_USER_ID, add=add)
    return {}


@method("reactions.add", "reactions:write")
async def add(call: Call) -> Json:
    return await _react(call, add=True)


@method("reactions.remove", "reactions:write", tier=2)
async def remove(call: Call) -> Json:
    return await _react(call, add=False)
