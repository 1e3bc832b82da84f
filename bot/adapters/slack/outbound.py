"""The Messenger port: post, edit, find again and upload."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from bot.adapters.slack import limits
from bot.adapters.slack.api import Api
from bot.adapters.slack.blocks import Fidelity, Rendered, render
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.files import Files
from bot.adapters.slack.pacing import Lane, Lanes
from bot.adapters.slack.settings import SlackSettings
from bot.core.errors import SendLater, SendNever
from bot.core.message import Message
from bot.core.ports import Posted

log = logging.getLogger(__name__)

EVENT_TYPE = "watchkeeper"
_TOO_LONG = ("msg_blocks_too_long", "msg_too_long")
REFUSED = ("invalid_blocks", "invalid_blocks_format", *_TOO_LONG)
_SKEW = 60.0  # seconds by which our clock and Slack's may differ
_EDITS = (1.2, 20)  # 50 a minute, some of them at once


def renderings(message: Message, files: Mapping[str, str]) -> Iterator[Rendered]:
    """From the richest to the plainest, for when Slack refuses one: a refused message was not posted."""
    half = limits.BLOCKS_SIZE // 2
    for fidelity, budget in ((Fidelity.FULL, 2 * half), (Fidelity.SIMPLE, half), (Fidelity.PLAIN, half // 2)):
        yield render(message, files=files, fidelity=fidelity, budget=budget)


class SlackMessenger:
    """Outbound Slack. A post is sent once; when its fate is unknown, SendLater is raised and ``find`` can tell."""

    def __init__(self, api: Api, channels: Channels, files: Files, settings: SlackSettings) -> None:
        self._api = api
        self._channels = channels
        self._files = files
        self._patience = settings.patience
        self._posts = Lanes(lambda: Lane(settings.post_interval))
        self._edits = Lane(*_EDITS)

    async def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False, key: str = ""
    ) -> Posted:
        where = await self._channels.resolve(channel)
        arguments = {
            "channel": where,
            "thread_ts": thread or None,
            "reply_broadcast": True if thread and broadcast else None,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            data = await self._send("chat.postMessage", self._posts[where], message, key, arguments)
        except SendNever as error:
            if error.code == "channel_not_found":
                self._channels.forget(channel)
            if error.code != "not_in_channel" or not await self._channels.join(where):
                raise
            data = await self._send("chat.postMessage", self._posts[where], message, key, arguments)
        return Posted(data["channel"], data["ts"])

    async def update(self, posted: Posted, message: Message, *, key: str = "") -> None:
        await self._send("chat.update", self._edits, message, key, {"channel": posted.channel, "ts": posted.ts})

    async def find(self, channel: str, key: str, *, since: float, thread: str = "") -> Posted | None:
        where = await self._channels.resolve(channel)
        try:
            return await self._look(where, key, since - _SKEW, thread)
        except SendNever as error:
            if error.code not in ("not_in_channel", "channel_not_found") or not await self._channels.join(where):
                raise
        return await self._look(where, key, since - _SKEW, thread)

    async def upload(self, channel: str, name: str, content: bytes, *, title: str = "", thread: str = "") -> None:
        where = await self._channels.resolve(channel)
        await self._posts[where].turn(self._patience)
        await self._files.share(where, name, content, title=title, thread=thread)

    async def _send(
        self, method: str, lane: Lane, message: Message, key: str, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        files = await self._files.pictures(message)
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}} if key else None
        refused = SendNever("invalid_blocks")
        for one in renderings(message, files):
            content = {"text": one.text, "blocks": one.blocks, "metadata": metadata}
            try:
                return await self._in_turn(method, lane, {**arguments, **content})
            except SendNever as error:
                if error.code not in REFUSED:
                    raise
                log.warning("Slack refused the blocks, sending plainer ones", extra={"why": str(error)})
                self._files.forget(message)
                refused = error
        raise refused

    async def _in_turn(self, method: str, lane: Lane, arguments: dict[str, Any]) -> dict[str, Any]:
        """One call in the lane's turn, and a second one after a 429, which says that nothing was done."""
        idempotent = method == "chat.update"
        await lane.turn(self._patience)
        try:
            return await self._api.write(method, idempotent=idempotent, **arguments)
        except SendLater as error:
            if error.code != "ratelimited":
                raise
            lane.block(error.after)
        await lane.turn(self._patience)
        return await self._api.write(method, idempotent=idempotent, **arguments)

    async def _look(self, channel: str, key: str, oldest: float, thread: str) -> Posted | None:
        """Only a message of our own counts: metadata can be set by any app."""
        us = await self._api.identity()
        method = "conversations.replies" if thread else "conversations.history"
        arguments = {
            "channel": channel,
            "ts": thread,
            "oldest": f"{max(0.0, oldest):.6f}",
            "include_all_metadata": True,
        }
        async for page in self._api.pages(method, limit=200, **arguments):
            for item in page.get("messages", []):
                metadata = item.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                ours = us.user_id == item.get("user") or (us.bot_id and us.bot_id == item.get("bot_id"))
                if ours and metadata.get("event_type") == EVENT_TYPE and payload.get("key") == key:
                    return Posted(channel, item["ts"])
        return None
