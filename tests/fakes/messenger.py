"""A Messenger in memory: a Slack that keeps every message, and fails when told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.core.errors import SendNever
from bot.core.message import Message
from bot.core.ports import Posted


@dataclass
class Sent:
    """One message as it stands in Slack."""

    channel: str
    ts: str
    message: Message
    key: str
    thread: str = ""
    broadcast: bool = False
    edits: int = 0
    at: float = 0.0
    history: list[Message] = field(default_factory=list)


class FakeMessenger:
    """``failures`` are raised by the next posts and updates, one each; ``broken`` maps channels to what they raise.

    ``vanish`` is how many posts are taken by Slack although an error is raised to the caller. ``calls`` counts.
    """

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.sent: list[Sent] = []
        self.uploads: list[tuple[str, str, bytes]] = []
        self.failures: deque[Exception | None] = deque()
        self.broken: dict[str, Exception] = {}
        self.vanish: deque[Exception] = deque()
        self.calls: list[str] = []
        self.refuse: Callable[[Message], Exception | None] = lambda _: None
        self.hang: dict[str, asyncio.Event] = {}
        self._now = now

    def _fail(self, channel: str, message: Message) -> None:
        if channel in self.broken:
            raise self.broken[channel]
        if self.failures and (error := self.failures.popleft()) is not None:
            raise error
        if (refused := self.refuse(message)) is not None:
            raise refused

    async def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False, key: str = ""
    ) -> Posted:
        self.calls.append("post")
        if channel in self.hang:
            await self.hang[channel].wait()
        self._fail(channel, message)
        ts = f"{1000 + len(self.sent)}.{len(self.sent):06}"
        self.sent.append(Sent(channel, ts, message, key, thread, broadcast, at=self._now()))
        if self.vanish:
            raise self.vanish.popleft()
        return Posted(channel, ts)

    async def update(self, posted: Posted, message: Message, *, key: str = "") -> None:
        self.calls.append("update")
        self._fail(posted.channel, message)
        for one in self.sent:
            if (one.channel, one.ts) == (posted.channel, posted.ts):
                one.history.append(one.message)
                one.message, one.key, one.edits = message, key, one.edits + 1
                return
        raise SendNever("message_not_found")

    async def find(self, channel: str, key: str, *, since: float, thread: str = "") -> Posted | None:
        self.calls.append("find")
        for one in self.sent:
            if (one.channel, one.key, one.thread) == (channel, key, thread) and one.at >= since:
                return Posted(one.channel, one.ts)
        return None

    async def upload(self, channel: str, name: str, content: bytes, *, title: str = "", thread: str = "") -> None:
        self.calls.append("upload")
        self.uploads.append((channel, name, content))

    @property
    def messages(self) -> list[Sent]:
        """What stands in the channels themselves."""
        return [one for one in self.sent if not one.thread]

    def replies(self, to: Sent) -> list[Sent]:
        return [one for one in self.sent if one.thread == to.ts and one.channel == to.channel]
