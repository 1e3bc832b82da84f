"""The ledger of restart counts: what rises, what survives, and that a healthy pod costs next to nothing."""

from __future__ import annotations

import time

import pytest

from alerts.model import Member
from alerts.restarts import Ledger, is_well
from bot.core.errors import StoreError
from bot.core.objects import Pod
from tests.alerts.tools import T0, Clock, backing_off, dead, ended, pod, running
from tests.fakes.store import MemoryStore

UID = pod().metadata.uid


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)

    async def process(self, *listed: Pod) -> Ledger:
        """A new process that lists these pods."""
        ledger = Ledger("prod", self.store, self.clock)
        await ledger.load()
        self.risen = [ledger.observe(one) for one in listed]
        alive = {one.metadata.uid for one in listed}
        ledger.listed(alive.__contains__)
        return ledger


async def test_the_first_list_of_a_cluster_is_silent_and_the_next_rise_is_not() -> None:
    bench = Bench()
    ledger = await bench.process(pod(running(7)))
    assert bench.risen == [False]
    assert not ledger.observe(pod(running(7)))
    assert ledger.observe(pod(running(8)))
    assert ledger.rises[UID]["app"].restarts == 1


async def test_known_counts_survive_and_what_rose_meanwhile_is_a_rise() -> None:
    bench = Bench()
    await (await bench.process(pod(running(7)), pod(running(1), name="b"), pod(running(), name="c"))).save()
    ledger = await bench.process(pod(running(7)), pod(running(3), name="b"), pod(running(1), name="c"))
    assert bench.risen == [False, True, True]
    assert ledger.rises["uid-b"]["app"].restarts == 2


async def test_what_was_not_settled_rises_again() -> None:
    bench = Bench()
    ledger = await bench.process(pod(running()))
    ledger.observe(pod(running(1)))
    await ledger.save()
    await bench.process(pod(running(1)))
    assert bench.risen == [True]
    ledger.settle(UID, "app", 1)
    await ledger.save()
    await bench.process(pod(running(1)))
    assert bench.risen == [False]


async def test_a_rise_that_came_after_the_settling_is_kept() -> None:
    bench = Bench()
    ledger = await bench.process(pod(running()))
    ledger.observe(pod(running(2)))
    ledger.settle(UID, "app", 1)
    assert ledger.rises[UID]["app"].fresh
    await ledger.save()
    await bench.process(pod(running(2)))
    assert bench.risen == [True]


async def test_containers_of_one_pod_are_counted_apart() -> None:
    ledger = await Bench().process(pod(running(), running(5, name="proxy")))
    assert ledger.observe(pod(running(1), running(5, name="proxy")))
    assert set(ledger.rises[UID]) == {"app"}


async def test_a_lower_count_is_no_rise_and_the_next_one_is() -> None:
    ledger = await Bench().process(pod(running(5)))
    ledger.observe(pod(running(6)))
    assert not ledger.observe(pod(running(2)))
    assert not ledger.rises[UID]["app"].fresh
    assert ledger.observe(pod(running(3)))
    assert ledger.rises[UID]["app"].restarts == 2


async def test_a_pod_that_is_gone_is_forgotten_also_in_the_store() -> None:
    bench = Bench()
    ledger = await bench.process(pod(running(7)))
    await ledger.save()
    ledger.forget(UID)
    await ledger.save()
    assert not any(b"uid-" in one.value for one in await bench.store.query("restarts/"))


async def test_a_pod_that_went_while_nobody_watched_is_forgotten() -> None:
    bench = Bench()
    await (await bench.process(pod(running(7)))).save()
    ledger = await bench.process()
    await ledger.save()
    assert not any(b"uid-" in one.value for one in await bench.store.query("restarts/"))


async def test_a_save_that_fails_is_repeated() -> None:
    bench = Bench()
    ledger = await bench.process(pod(running(7)))
    put = bench.store.put

    async def refuses(*_: object, **__: object) -> int:
        raise StoreError("no")

    bench.store.put = refuses  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await ledger.save()
    bench.store.put = put  # type: ignore[method-assign]
    await ledger.save()
    await bench.process(pod(running(7)))
    assert bench.risen == [False]


async def test_open_incidents_know_more_than_the_counts() -> None:
    bench = Bench()
    await (await bench.process(pod(running()))).save()
    ledger = Ledger("prod", bench.store, bench.clock)
    await ledger.load()
    ledger.resume([Member(UID, "x", "app", 0, 2, T0, T0)])
    assert not ledger.observe(pod(running(2)))
    assert ledger.rises[UID]["app"].restarts == 2
    assert not ledger.rises[UID]["app"].fresh


async def test_a_rise_is_dated_by_the_kubelet_but_never_in_the_future() -> None:
    bench = Bench()
    ledger = await bench.process(pod(running()))
    bench.clock.time += 100
    ledger.observe(pod(dead(ended(1, end=40))))
    assert ledger.rises[UID]["app"].first == T0 + 40
    ledger.observe(pod(dead(ended(1, end=4000), 2)))
    assert ledger.rises[UID]["app"].last == T0 + 100


async def test_well_is_running_for_the_quiet_period_since_the_later_of_start_and_crash() -> None:
    ledger = await Bench().process(pod(running()))
    ledger.observe(pod(backing_off(ended(1, end=-10))))
    rise = ledger.rises[UID]["app"]
    one = pod(running(1, since=20))
    assert is_well(one, rise, T0 + 319, 300) is None
    assert is_well(one, rise, T0 + 320, 300) == T0 + 20
    assert is_well(pod(running(1, since=20, ready=False)), rise, T0 + 9999, 300) is None


async def test_a_healthy_pod_costs_microseconds() -> None:
    healthy = [pod(running(), running(name="proxy"), name=f"p{number}") for number in range(1000)]
    ledger = await Bench().process(*healthy)
    began = time.process_time()
    for _ in range(10):
        for one in healthy:
            ledger.observe(one)
    assert (time.process_time() - began) / 10_000 < 50e-6  # about 2 µs; the bound allows for a slow machine


async def test_ten_thousand_pods_that_restarted_are_a_few_records() -> None:
    bench = Bench()
    await (await bench.process(*(pod(running(3), name=f"p{number}") for number in range(10_000)))).save()
    records = await bench.store.query("restarts/")
    assert len(records) == 65
    assert max(len(one.value) for one in records) < 40_000
