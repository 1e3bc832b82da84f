"""Killed at any instant of a delivery and started again: nothing is lost, nothing is doubled.

Every call to the store and to Slack has two instants at which a process can die: before it takes effect and after. The
tests die at each of them in turn, and at several in one life.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from tests.alerts.tools import Clock, Rig, dead, ended, pod, replicaset, running, workload
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryStore

CRASH, AGAIN = ended(1, end=10), ended(1, end=40)


class Killed(BaseException):
    """The process is gone. Not an Exception: nothing may catch it and go on."""


class Fate:
    """Counts instants and kills at the chosen ones; a dead process does nothing any more."""

    def __init__(self, instants: set[int]) -> None:
        self.instants = instants
        self.now = 0
        self.dead = False

    def pass_instant(self) -> None:
        if not self.dead:
            self.now += 1
            self.dead = self.now in self.instants
        if self.dead:
            raise Killed


class Mortal:
    """A port whose every call may be the last."""

    def __init__(self, port: Any, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.pass_instant()
            answer = await method(*args, **kwargs)
            self._fate.pass_instant()
            return answer

        return call


class Life:
    """A crash, a second one and a recovery, lived by however many processes it takes."""

    def __init__(self, instants: set[int]) -> None:
        self.fate = Fate(instants)
        clock = Clock()
        self.rig = Rig(store=Mortal(MemoryStore(clock), self.fate))
        self.rig.clock.time = clock.time
        self.slack = FakeMessenger(self.rig.clock)
        self.rig.slack = self.slack
        self.rig.messenger = Mortal(self.slack, self.fate)
        self.rig.pipeline = self.rig._build()
        name = pod().metadata.name
        self.rig.reader.logs = {(name, "app", previous): "boom" for previous in (False, True)}
        self.deaths = 0

    async def go_on(self, *objects: Any, seconds: float = 0) -> None:
        for one in objects:
            self.rig.put(one)
        self.rig.clock.time += seconds
        try:
            await self.rig.step()
            await self.rig.step(4)
        except Killed:
            pass
        if self.fate.dead:  # also where only a task of the outbox noticed
            await self.rise()

    async def rise(self) -> None:
        """A new process takes over, as often as it dies at once."""
        while True:
            self.deaths += 1
            self.fate.dead = False
            try:
                await self.rig.restart()
                await self.rig.step(4)
                await self.rig.step(4)
            except Killed:
                continue
            if not self.fate.dead:
                return

    async def live(self) -> None:
        rig = self.rig
        for one in (pod(running()), workload(), replicaset()):
            rig.put(one)  # in the cluster, whoever looks at it
        rig.pipeline = rig._build()
        try:
            await rig.start(pod(running()), workload(), replicaset())
        except Killed:
            assert self.fate.dead
        if self.fate.dead:
            await self.rise()
        await self.go_on(pod(dead(CRASH)), seconds=10)
        await self.go_on(pod(dead(AGAIN, 2)), seconds=30)
        await self.go_on(pod(running(2, since=45, last=AGAIN)), seconds=5)
        for _ in range(4):
            await self.go_on(seconds=100)

    def check(self) -> None:
        rig = self.rig
        assert len(self.slack.messages) == 1, rig.told
        text = rig.told[0]
        assert text.startswith("push: ✅ checkout recovered after")
        assert "2 restarts" in text
        assert "It failed because: it exited with code 1" in text
        keys = Counter(one.key for one in self.slack.sent)
        assert max(keys.values()) == 1, keys
        assert [line.split(" ")[0] for line in rig.thread()] == ["Details:", "✅"]


async def count_instants() -> int:
    life = Life(set())
    await life.live()
    life.check()
    return life.fate.now


async def test_killed_at_every_single_instant() -> None:
    instants = await count_instants()
    assert instants > 60
    for instant in range(1, instants + 1):
        life = Life({instant})
        await life.live()
        assert life.deaths == 1
        life.check()


@pytest.mark.parametrize("seed", range(20))
async def test_killed_several_times_in_one_life(seed: int) -> None:
    instants = await count_instants()
    dice = random.Random(seed)
    for _ in range(10):
        life = Life({dice.randint(1, instants + 100) for _ in range(dice.randint(2, 8))})
        await life.live()
        life.check()


async def test_a_start_that_sees_pods_before_their_owners_takes_nothing_for_deleted() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    rig.put(pod(dead(ended(1, end=10))))
    rig.clock.time += 10
    await rig.step(5)
    assert len(rig.told) == 1
    rig.delete(pod())  # replaced while the bot is down
    owners = {key: rig.observed.objects.pop(key) for key in list(rig.observed.objects)}
    rig.observed.synced_kinds = {"Pod"}
    rig.pipeline = rig._build()
    await rig.pipeline.start()
    rig.pipeline.listed("prod", "Pod")
    await rig.step(5)
    assert "🔴" in rig.told[0], "its Deployment is not gone, it is only not listed yet"
    rig.observed.objects |= owners
    rig.observed.synced_kinds = set(rig.observed.watched_kinds)
    rig.listed()
    await rig.step(5)
    assert "🔴" in rig.told[0]


async def test_a_stop_while_a_round_still_saves_keeps_its_peace() -> None:
    rig = Rig()
    await rig.start(pod(running()), workload(), replicaset())
    slow, put = asyncio.Event(), rig.store.put

    async def slowly(*what: Any, **how: Any) -> int:
        await slow.wait()
        return await put(*what, **how)

    rig.store.put = slowly  # type: ignore[method-assign]
    rig.pipeline.unreachable("prod", "no answer")
    rounds = [asyncio.create_task(rig.pipeline.tick()), asyncio.create_task(rig.pipeline.stop(5))]
    await asyncio.sleep(0.01)
    slow.set()
    assert await asyncio.gather(*rounds) == [None, True]
    assert len(rig.told) == 1
