"""The agenda: order, deduplication, speed."""

from __future__ import annotations

import asyncio

from bot.demo.kube.clock import Agenda, micro_stamp, stamp


def test_calls_come_in_order_of_time_and_see_their_own() -> None:
    agenda, seen = Agenda(start=100.0, speed=None), []
    agenda.after(5, lambda: seen.append(("later", agenda.now())))
    agenda.after(1, lambda: seen.append(("sooner", agenda.now())))
    agenda.run_until(110)
    assert seen == [("sooner", 101.0), ("later", 105.0)]
    assert agenda.now() == 110


def test_a_key_waits_once_and_may_come_again() -> None:
    agenda, seen = Agenda(start=0.0, speed=None), []
    for _ in range(3):
        agenda.once("key", 1, lambda: seen.append(agenda.now()))
    agenda.run_until(2)
    agenda.once("key", 1, lambda: seen.append(agenda.now()))
    agenda.run_until(4)
    assert seen == [1.0, 3.0]


async def test_speed_follows_the_wall_clock() -> None:
    agenda, done = Agenda(start=0.0, speed=1000.0), asyncio.Event()
    task = asyncio.create_task(agenda.run())
    agenda.after(100, done.set)
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()
    assert agenda.now() >= 100


def test_stamps() -> None:
    assert stamp(1_795_000_000.9) == "2026-11-18T11:06:40Z"
    assert micro_stamp(1_795_000_000.5) == "2026-11-18T11:06:40.500000Z"


async def test_a_running_clock_ends_when_it_is_told_to_at_whatever_moment() -> None:
    for _ in range(300):
        agenda = Agenda(speed=50.0)
        agenda.at(agenda.now() + 0.1, lambda: None)
        task = asyncio.create_task(agenda.run())
        await asyncio.sleep(0)
        agenda.at(agenda.now(), lambda: None)  # what it waits for comes in the same turn as the cancellation
        task.cancel()
        await asyncio.wait({task}, timeout=1)
        assert task.done()
