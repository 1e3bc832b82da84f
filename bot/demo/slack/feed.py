"""What happened, in order, and who may see it: behind the page's stream and the answers of ``act``."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from bot.demo.slack.model import Json

KEPT = 5000  # events; a page that was away for longer fetches the state anew


class _Entry(msgspec.Struct):
    event: Json
    readers: frozenset[str] | None


class Feed:
    """One numbered sequence for the whole workspace; each reader sees their part of it."""

    def __init__(self) -> None:
        self.seq = 0
        self._entries: deque[_Entry] = deque(maxlen=KEPT)
        self._listeners: dict[asyncio.Queue[Json], str] = {}

    def tell(self, event: Json, readers: frozenset[str] | None = None) -> None:
        """``readers``: user ids; None is everybody. The event is copied, for messages change later."""
        self.seq += 1
        numbered = msgspec.json.decode(msgspec.json.encode({"seq": self.seq, **event}))
        self._entries.append(_Entry(numbered, readers))
        for queue, reader in self._listeners.items():
            if readers is None or reader in readers:
                queue.put_nowait(numbered)

    def since(self, seq: int, reader: str) -> list[Json] | None:
        """Events past ``seq``; None when some of them are no longer known."""
        if self._entries and self._entries[0].event["seq"] > seq + 1:
            return None
        return [
            entry.event
            for entry in self._entries
            if entry.event["seq"] > seq and (entry.readers is None or reader in entry.readers)
        ]

    @contextmanager
    def listen(self, reader: str) -> Iterator[asyncio.Queue[Json]]:
        """A queue of what this reader sees from now on."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners[queue] = reader
        try:
            yield queue
        finally:
            del self._listeners[queue]
