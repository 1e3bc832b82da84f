"""The three steps of an upload, and what became of it."""

from __future__ import annotations

import asyncio

from bot.demo.slack.files import File
from bot.demo.slack.model import BOT_USER_ID, Channel, Json, SlackError
from bot.demo.slack.web_api.registry import Call, bad_arguments, method


@method("files.getUploadURLExternal", "files:write", tier=4)
async def get_upload_url(call: Call) -> Json:
    length = call.number("length", 0, 1_000_000_000, code="invalid_arguments")
    file = call.state.files.begin(call.text("filename"), length, call.text("alt_txt", ""))
    return {"upload_url": f"{call.state.base_url}/upload/v1/{file.ticket}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write", tier=4)
async def complete_upload(call: Call) -> Json:
    listed = call.json("files")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise bad_arguments("must provide an array [json-pointer:/files]")
    where = call.text("channel_id", "") or next(iter(call.names("channels")), "")
    channel = call.state.workspace.channel(where) if where else None
    if channel is not None and BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    state = call.state
    done = [state.files.complete(str(each.get("id")), str(each.get("title") or "")) for each in listed]
    if channel is not None:
        state.spawn(_share(call, channel, done, call.text("initial_comment", ""), call.text("thread_ts", "")))
    return {"files": [state.files.to_slack(file) for file in done]}


async def _share(call: Call, channel: Channel, files: list[File], comment: str, thread: str) -> None:
    """Slack answers at once and shares later."""
    state = call.state
    await asyncio.sleep(max(0.0, *(file.ready_at - state.clock() for file in files)) + 0.001)
    for file in files:
        file.channels.append(channel.id)
    content: Json = {"text": comment, "files": [state.files.to_slack(file) for file in files], "upload": True}
    state.messages.post(channel, content, author=state.workspace.author(), thread=thread)


@method("files.info", "files:read", tier=4)
async def info(call: Call) -> Json:
    file = call.state.files.get(call.text("file"))
    return {"file": call.state.files.to_slack(file), "comments": [], "response_metadata": {"next_cursor": ""}}
