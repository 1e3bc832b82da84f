"""Handlers outlive their acknowledgement; a stop waits for them, but not for ever."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.adapters.slack.running import Running


async def test_drain_waits_for_what_runs() -> None:
    running, go, done = Running(), asyncio.Event(), []

    async def work() -> None:
        await go.wait()
        done.append(1)

    running.start(work(), "work")
    draining = asyncio.create_task(running.drain(5))
    await asyncio.sleep(0)
    go.set()
    assert await draining == 0
    assert done == [1]
    assert len(running) == 0


async def test_drain_waits_for_what_a_delivery_starts_while_the_stop_is_under_way() -> None:
    running, done = Running(), []

    async def handler() -> None:
        await asyncio.sleep(0)
        done.append(1)

    async def delivery() -> None:
        await asyncio.sleep(0)
        running.start(handler(), "slash:1")

    running.start(delivery(), "envelope")
    assert await running.drain(5) == 0
    assert done == [1]
    assert len(running) == 0


async def test_drain_cuts_off_what_is_late() -> None:
    running = Running()
    running.start(asyncio.Event().wait(), "stuck")  # type: ignore[arg-type]
    assert await running.drain(0.01) == 1


async def test_a_failure_is_logged_with_its_name(caplog: pytest.LogCaptureFixture) -> None:
    running = Running()

    async def broken() -> None:
        raise ValueError("oh")

    with caplog.at_level(logging.ERROR):
        running.start(broken(), "slash:1")
        await running.drain(1)
        await asyncio.sleep(0)
    assert caplog.records[0].__dict__["task"] == "slash:1"
