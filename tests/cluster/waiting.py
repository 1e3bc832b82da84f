"""Waiting for something to become true, with a limit and words for the case that it does not."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

PAUSE = 0.1  # seconds between two looks: an API call takes some ms, a person notices nothing below this


def wait_until(predicate: Callable[[], Any], timeout: float, what: str, pause: float = PAUSE) -> Any:
    """The first true answer of the predicate. Raises TimeoutError that says what was waited for and the last answer."""
    deadline = time.monotonic() + timeout
    while True:
        answer = predicate()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise TimeoutError(f"waited {timeout:g} s for {what}; the last answer was {answer!r}")
        time.sleep(pause)


async def wait_for(
    predicate: Callable[[], Any] | Callable[[], Awaitable[Any]], timeout: float = 30, what: str = "it"
) -> Any:
    """The same without holding up the event loop; the predicate may be a coroutine function."""
    deadline = time.monotonic() + timeout
    while True:
        answer = predicate()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise TimeoutError(f"waited {timeout:g} s for {what}; the last answer was {answer!r}")
        await asyncio.sleep(PAUSE)
