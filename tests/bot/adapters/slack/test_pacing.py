"""Turns are spaced, bursts end, a refused lane holds up no other."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.slack.pacing import Lane, Lanes
from bot.core.errors import SendLater
from tests.bot.adapters.slack.stub import Clock


def lane(clock: Clock, interval: float = 1.0, burst: int = 1) -> Lane:
    return Lane(interval, burst, clock=clock, sleep=clock.sleep)


async def test_turns_are_a_second_apart() -> None:
    clock = Clock()
    one = lane(clock)
    for _ in range(3):
        await one.turn(10)
    assert clock.slept == [1.0, 1.0]


async def test_a_burst_is_free_and_then_paid_for() -> None:
    clock = Clock()
    one = lane(clock, 1.2, burst=3)
    for _ in range(3):
        await one.turn(10)
    assert clock.slept == []
    await one.turn(10)
    assert clock.slept == pytest.approx([1.2])


async def test_who_would_wait_too_long_is_told_when_to_come_back() -> None:
    clock = Clock()
    one = lane(clock)
    one.block(30)
    with pytest.raises(SendLater) as caught:
        await one.turn(20)
    assert caught.value.after == 30
    clock.now = 31
    await one.turn(20)
    assert clock.slept == []


async def test_a_block_that_comes_while_waiting_is_kept() -> None:
    clock = Clock()
    one = lane(clock)
    await one.turn(10)
    waiting = asyncio.create_task(one.turn(10))
    one.block(5)
    await waiting
    assert clock.now == 5


async def test_lanes_are_strangers() -> None:
    clock = Clock()
    lanes = Lanes(lambda: lane(clock))
    lanes["C1"].block(100)
    await lanes["C2"].turn(0)
    with pytest.raises(SendLater):
        await lanes["C1"].turn(0)
