"""Handlers that run after their delivery was acknowledged: kept track of, so that a stop can wait for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

log = logging.getLogger(__name__)


async def _finish(work: Awaitable[None]) -> None:
    await work


class Running:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Awaitable[None], name: str) -> None:
        task = asyncio.create_task(_finish(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a handler failed", exc_info=error, extra={"task": task.get_name()})

    async def drain(self, seconds: float) -> int:
        """Wait for what runs, at most so long; then cancel the rest. Returns how many were cancelled.

        What runs may start more: a delivery that is being acknowledged when the stop comes starts its handler then.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._tasks and (left := end - loop.time()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left, return_when=asyncio.FIRST_COMPLETED)
        cut = 0
        while late := set(self._tasks):
            cut += len(late)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self._tasks -= late
        return cut
