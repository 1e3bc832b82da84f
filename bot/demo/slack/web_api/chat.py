"""Sending messages: post, edit, delete, for one person's eyes, later."""

from __future__ import annotations

import asyncio
import re

from bot.demo.slack.content import TEXT_IN_UPDATE, message_content, split_text
from bot.demo.slack.model import BOT_ID, BOT_USER_ID, Channel, Json, SlackError
from bot.demo.slack.web_api.registry import Call, method

_TS = re.compile(r"\d{1,12}\.\d{1,6}")
SCHEDULE_AHEAD = 120 * 86400


def _writable(call: Call) -> Channel:
    """Where the bot may post: where it is a member, and with ``chat:write.public`` in every public channel."""
    channel = call.state.workspace.channel(call.text("channel"), by_name=True)
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER_ID not in channel.members and "chat:write.public" not in call.token.scopes:
        raise SlackError("not_in_channel")
    return channel


def _thread(call: Call) -> str:
    thread = call.text("thread_ts", "")
    if thread and not _TS.fullmatch(thread):
        raise SlackError("invalid_thread_ts")
    return thread


def _author(call: Call) -> Json:
    named = {key: call.args[key] for key in ("username", "icon_url", "icon_emoji") if call.args.get(key)}
    if named and "chat:write.customize" not in call.token.scopes:
        raise SlackError("missing_scope", needed="chat:write.customize", provided=",".join(call.token.scopes))
    return call.state.workspace.author() | named


@method("chat.postMessage", "chat:write", tier=4)
async def post_message(call: Call) -> Json:
    channel = _writable(call)
    content, thread, author = message_content(call.state, call.args), _thread(call), _author(call)
    broadcast = call.flag("reply_broadcast") and bool(thread)
    posted = [
        call.state.messages.post(channel, piece, author=author, thread=thread, broadcast=broadcast)
        for piece in split_text(content)
    ]
    return {"channel": channel.id, "ts": posted[0]["ts"], "message": posted[0]}


@method("chat.postEphemeral", "chat:write", tier=4)
async def post_ephemeral(call: Call) -> Json:
    channel = _writable(call)
    user_id = call.text("user")
    if user_id not in call.state.workspace.users:
        raise SlackError("user_not_found")
    if user_id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = message_content(call.state, call.args)
    message = call.state.messages.ephemeral(channel, user_id, content, thread=_thread(call))
    return {"message_ts": message["ts"]}


def _own(call: Call, refusal: str) -> tuple[Channel, Json]:
    """A message that the app itself has sent. Ephemeral ones are nowhere to be found."""
    channel = call.state.workspace.channel(call.text("channel"))
    message = call.state.messages.get(channel, call.text("ts"))
    if message.get("bot_id") != BOT_ID:
        raise SlackError(refusal)
    return channel, message


@method("chat.update", "chat:write")
async def update(call: Call) -> Json:
    channel, message = _own(call, "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_archived")
    window = call.state.settings.edit_window
    if window and call.state.clock() - float(message["ts"]) > window:
        raise SlackError("edit_window_closed")
    if len(str(call.args.get("text") or "")) > TEXT_IN_UPDATE:
        raise SlackError("msg_too_long")
    content = message_content(call.state, call.args)
    if call.args.get("text"):
        # Text without blocks takes the blocks away; attachments stay unless an empty list is sent.
        content.setdefault("blocks", None)
    else:
        content.pop("text")
    if call.args.get("attachments") is not None:
        content.setdefault("attachments", None)
    content.setdefault("metadata", None)
    edited_by = "" if content.get("blocks") else BOT_USER_ID
    changed = call.state.messages.change(channel, message["ts"], content, edited_by=edited_by)
    return {"channel": channel.id, "ts": changed["ts"], "text": changed.get("text", ""), "message": changed}


@method("chat.delete", "chat:write")
async def delete(call: Call) -> Json:
    channel, message = _own(call, "cant_delete_message")
    call.state.messages.delete(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


@method("chat.getPermalink", tier=4)
async def permalink(call: Call) -> Json:
    channel = call.state.workspace.channel(call.text("channel"))
    ts = call.state.messages.get(channel, call.text("message_ts"))["ts"]
    link = f"{call.state.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


@method("chat.scheduleMessage", "chat:write")
async def schedule(call: Call) -> Json:
    channel = _writable(call)
    content, thread, state = message_content(call.state, call.args), _thread(call), call.state
    post_at = call.number("post_at", 0, 2**40, code="invalid_time")
    ahead = post_at - state.clock()
    if ahead < 0:
        raise SlackError("time_in_past")
    if ahead > SCHEDULE_AHEAD:
        raise SlackError("time_too_far")
    name = state.workspace.new_id("Q")
    state.scheduled[name] = {"id": name, "channel_id": channel.id, "post_at": post_at, "text": content["text"]}

    async def later() -> None:
        await asyncio.sleep(ahead)
        if state.scheduled.pop(name, None):
            state.messages.post(channel, content, author=state.workspace.author(), thread=thread)

    state.spawn(later())
    return {"channel": channel.id, "scheduled_message_id": name, "post_at": post_at, "message": content}


@method("chat.deleteScheduledMessage", "chat:write")
async def unschedule(call: Call) -> Json:
    if call.state.scheduled.pop(call.text("scheduled_message_id"), None) is None:
        raise SlackError("invalid_scheduled_message_id")
    return {}


@method("chat.scheduledMessages.list")
async def list_scheduled(call: Call) -> Json:
    found, more = call.page([*call.state.scheduled.values()])
    return {"scheduled_messages": found, **more}
