"""Taking turns: Slack allows one post a second and channel, and some tens of edits a minute.

Every channel has its own lane, so that one that is refused (429) holds up no other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.core.errors import SendLater


class Lane:
    """Turns ``interval`` seconds apart, of which ``burst`` may be taken at once after a rest."""

    def __init__(
        self,
        interval: float,
        burst: int = 1,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._ahead = interval * (burst - 1)
        self._clock = clock
        self._sleep = sleep
        self._due = float("-inf")
        self._blocked_until = float("-inf")

    def block(self, seconds: float) -> None:
        """Slack said no: nobody goes before this is over."""
        self._blocked_until = max(self._blocked_until, self._clock() + seconds)

    async def turn(self, patience: float) -> None:
        """Wait for a turn. Raises SendLater when it would take longer than ``patience`` seconds."""
        now = self._clock()
        start = max(now, self._due - self._ahead, self._blocked_until)
        if start - now > patience:
            raise SendLater("paced", "too many messages wait for this channel", start - now)
        self._due = max(self._due, start) + self._interval
        while (wait := max(start, self._blocked_until) - self._clock()) > 0:
            if wait > patience:  # blocked while waiting
                raise SendLater("ratelimited", "Slack asked for a pause", wait)
            await self._sleep(wait)


class Lanes:
    """One lane a channel."""

    def __init__(self, make: Callable[[], Lane]) -> None:
        self._make = make
        self._lanes: dict[str, Lane] = {}

    def __getitem__(self, channel: str) -> Lane:
        return self._lanes.setdefault(channel, self._make()) if channel not in self._lanes else self._lanes[channel]
