"""Channel names -> ids, joining public channels, and direct messages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from bot.adapters.slack.api import Api
from bot.core.errors import SendNever

_ID = re.compile(r"[CGD][A-Z0-9]{2,}\Z")  # names have no capitals
_LOOK_AGAIN = 60.0  # conversations.list allows 20 calls a minute: an unknown name is looked for once a minute


def is_id(channel: str) -> bool:
    return _ID.match(channel) is not None


class Channels:
    def __init__(self, api: Api, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._ids: dict[str, str] = {}
        self._direct: dict[str, str] = {}
        self._listed = float("-inf")

    async def resolve(self, channel: str) -> str:
        """``#name``, ``name`` or an id -> id. Raises SendNever(channel_not_found)."""
        if is_id(channel):
            return channel
        name = channel.removeprefix("#").lower()
        if name not in self._ids and self._clock() - self._listed >= _LOOK_AGAIN:
            await self._list()
        if name not in self._ids:
            raise SendNever("channel_not_found", f"no channel #{name}: check the name, or /invite the app into it")
        return self._ids[name]

    async def _list(self) -> None:
        found: dict[str, str] = {}
        types = "public_channel,private_channel"
        async for page in self._api.pages("conversations.list", types=types, exclude_archived=True, limit=1000):
            found.update({one["name"]: one["id"] for one in page["channels"]})
        self._ids = found
        self._listed = self._clock()

    async def is_archived(self, channel: str) -> bool:
        """Whether a name that ``resolve`` does not know belongs to an archived channel."""
        name = channel.removeprefix("#").lower()
        async for page in self._api.pages("conversations.list", types="public_channel,private_channel", limit=1000):
            if any(one["name"] == name and one.get("is_archived") for one in page["channels"]):
                return True
        return False

    def forget(self, channel: str) -> None:
        """What the name meant is gone: look again at the next use."""
        name = channel.removeprefix("#").lower()
        if self._ids.pop(name, None):
            self._listed = float("-inf")

    async def join(self, channel_id: str) -> bool:
        """Join a public channel, as reading its history needs; False where an invitation is needed."""
        try:
            await self._api.write("conversations.join", idempotent=True, channel=channel_id)
        except SendNever:
            return False
        return True

    async def direct(self, user_id: str) -> str:
        """The id of the conversation with one person."""
        if user_id not in self._direct:
            data = await self._api.write("conversations.open", idempotent=True, users=user_id)
            self._direct[user_id] = data["channel"]["id"]
        return self._direct[user_id]
