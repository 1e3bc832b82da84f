"""When a cluster counts as away, and that it is told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.adapters.kubernetes.contact import PROBE, Contact
from tests.bot.adapters.kubernetes.scripted import Seen


class Timers:
    """Stands in for call_later: a test decides when the time is over."""

    def __init__(self) -> None:
        self.waiting: list[Timer] = []

    def __call__(self, seconds: float, run: Callable[[], None]) -> Timer:
        self.waiting.append(timer := Timer(self, seconds, run))
        return timer

    def over(self) -> None:
        for timer in list(self.waiting):
            self.waiting.remove(timer)
            timer.run()


class Timer:
    def __init__(self, timers: Timers, seconds: float, run: Callable[[], None]) -> None:
        self.timers, self.seconds, self.run = timers, seconds, run

    def cancel(self) -> None:
        if self in self.timers.waiting:
            self.timers.waiting.remove(self)


@pytest.fixture
def timers() -> Timers:
    return Timers()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def contact(timers: Timers, seen: Seen) -> Contact:
    made = Contact("prod", seen, after=30, later=timers)
    made.add("pods")
    made.add("nodes")
    return made


def test_one_failing_watch_of_two_is_no_absence(contact: Contact, timers: Timers) -> None:
    contact.failed("pods", "HTTP 500")
    assert not contact.away
    assert timers.waiting == []


def test_a_short_absence_is_not_told(contact: Contact, timers: Timers, seen: Seen) -> None:
    contact.failed(PROBE, "refused")
    contact.ok(PROBE)
    timers.over()
    assert seen.told == []


def test_absence_and_return_are_told_once_each(contact: Contact, timers: Timers, seen: Seen) -> None:
    for _ in range(3):
        contact.failed(PROBE, "refused")
        contact.failed("pods", "refused")
        contact.failed("nodes", "refused")
        timers.over()
    assert seen.told == [("unreachable", "prod")]
    contact.ok("pods")  # the probe still fails
    assert seen.told == [("unreachable", "prod")]
    contact.ok(PROBE)
    contact.ok("nodes")
    assert seen.told == [("unreachable", "prod"), ("reachable", "prod")]


def test_all_watches_failing_is_absence_although_the_probe_is_content(
    contact: Contact, timers: Timers, seen: Seen
) -> None:
    contact.failed("pods", "etcd")
    contact.failed("nodes", "etcd")
    contact.ok(PROBE)
    assert [timer.seconds for timer in timers.waiting] == [30]
    timers.over()
    assert seen.told == [("unreachable", "prod")]
    contact.ok("nodes")
    assert seen.told[-1] == ("reachable", "prod")


def test_the_time_counts_from_the_first_failure(contact: Contact, timers: Timers) -> None:
    contact.failed(PROBE, "refused")
    contact.failed(PROBE, "refused")
    assert len(timers.waiting) == 1


async def test_who_rests_wakes_when_the_cluster_returns(contact: Contact) -> None:
    contact.failed(PROBE, "refused")
    resting = asyncio.create_task(contact.rest(3600))
    await asyncio.sleep(0)
    contact.ok(PROBE)
    await asyncio.wait_for(resting, 1)


@pytest.mark.parametrize("turns", range(4))
async def test_a_rest_that_is_ended_and_cancelled_at_once_is_cancelled(contact: Contact, turns: int) -> None:
    contact.failed(PROBE, "refused")
    resting = asyncio.create_task(contact.rest(3600))
    await asyncio.sleep(0.01)
    contact.ok(PROBE)
    for _ in range(turns):
        await asyncio.sleep(0)
    asked = resting.cancel()  # False when it was over already
    await asyncio.gather(resting, return_exceptions=True)
    assert resting.cancelled() == asked
