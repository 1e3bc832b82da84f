"""Time in the simulated cluster: a clock that can run fast or by hand, and an agenda of what happens when."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch."""

    def now(self) -> float: ...


def stamp(seconds: float) -> str:
    """``metav1.Time``: whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_stamp(seconds: float) -> str:
    """``metav1.MicroTime``: events and leases."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Agenda:
    """A clock and the calls that are due at its moments, in order of time and then of entry.

    With ``speed`` it follows the wall clock (2.0: twice as fast); without, time moves only by ``advance``.
    """

    def __init__(self, *, start: float | None = None, speed: float | None = 1.0) -> None:
        self._virtual = time.time() if start is None else start
        self._speed = speed
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._number = itertools.count()
        self._keys: set[Hashable] = set()
        self._wake = asyncio.Event()

    def now(self) -> float:
        return self._virtual

    def rewind(self, seconds: float) -> None:
        """Begin earlier; only before anything has been entered."""
        self._virtual -= seconds

    def at(self, moment: float, call: Callable[[], object]) -> None:
        heapq.heappush(self._due, (moment, next(self._number), call))
        self._wake.set()

    def after(self, seconds: float, call: Callable[[], object]) -> None:
        self.at(self._virtual + seconds, call)

    def once(self, key: Hashable, seconds: float, call: Callable[[], object]) -> None:
        """Like ``after``, unless a call with this key is already waiting: a work queue's deduplication."""
        if key in self._keys:
            return
        self._keys.add(key)

        def run() -> None:
            self._keys.discard(key)
            call()

        self.after(seconds, run)

    def run_until(self, moment: float) -> None:
        """Do everything that is due up to ``moment``; each call sees its own time."""
        while self._due and self._due[0][0] <= moment:
            due, _, call = heapq.heappop(self._due)
            self._virtual = max(self._virtual, due)
            call()
        self._virtual = max(self._virtual, moment)

    async def advance(self, seconds: float) -> None:
        """Move a hand-driven clock, letting everybody who waits for the changes run after each of them."""
        end = self._virtual + seconds
        while self._due and self._due[0][0] <= end:
            self.run_until(self._due[0][0])
            await asyncio.sleep(0)
        self.run_until(end)
        await asyncio.sleep(0)

    async def run(self) -> None:
        """Follow the wall clock until cancelled; a hand-driven clock only waits."""
        if self._speed is None:
            await asyncio.Event().wait()
            return
        wall, virtual = time.monotonic(), self._virtual
        while True:
            self._wake.clear()
            self.run_until(virtual + (time.monotonic() - wall) * self._speed)
            pause = 0.05 if not self._due else min(0.05, max(0.0, (self._due[0][0] - self._virtual) / self._speed))
            try:
                async with asyncio.timeout(max(pause, 0.002)):
                    await self._wake.wait()
            except TimeoutError:
                continue
