"""Restart counts as last seen, per pod UID and container: the trigger of every crash.

Every observation of every pod passes ``observe``, so it costs next to nothing for a healthy pod. Counts above zero are
kept in the store, so that a crash that happened while nobody watched is told afterwards, and a known one is not told
again. What is stored is the count up to which everything was settled (told or dismissed): a kill in between repeats
the detection, and the incident that may already be there recognises it.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from alerts.containers import find, last_end, statuses, well_since
from alerts.model import Member, Rise
from bot.core.objects import ContainerStatus, Pod
from bot.core.ports import Store
from bot.core.times import parse_time

# 10,000 pods of about 70 bytes each over 64 records: 11 KB a record, far below DynamoDB's 400 KB.
_SHARDS = 64

Counts = dict[str, dict[str, int]]


def _shard(uid: str) -> int:
    return zlib.crc32(uid.encode()) % _SHARDS


class Ledger:
    """One cluster's restart counts. Synchronous but for ``load`` and ``save``."""

    def __init__(self, cluster: str, store: Store, now: Callable[[], float]) -> None:
        self.cluster = cluster
        self.rises: dict[str, dict[str, Rise]] = {}
        self._store = store
        self._now = now
        self._counts: Counts = {}
        self._dirty: set[int] = set()
        self._seeding = True

    async def load(self) -> None:
        """Read what an earlier run knew. A cluster that was never seen is seeded silently from its first list."""
        self._seeding = await self._store.get(self._marker) is None
        for number in range(_SHARDS):
            record = await self._store.get(self._key(number))
            if record is not None:
                self._counts |= msgspec.json.decode(record.value, type=Counts)

    def resume(self, members: Iterable[Member]) -> None:
        """Take up the streaks of incidents that are still open; they may know more than the stored counts."""
        for member in members:
            counts = self._counts.setdefault(member.uid, {})
            counts[member.container] = max(counts.get(member.container, 0), member.count)
            if member.held:
                count = counts[member.container]
                self._keep(
                    member.uid,
                    Rise(
                        container=member.container,
                        base=member.base,
                        count=count,
                        settled=count,
                        first=member.first,
                        last=member.last,
                    ),
                )

    def observe(self, pod: Pod) -> bool:
        """Record what this observation shows; True when a container has restarted since the one before."""
        known = self._counts.get(pod.metadata.uid)
        risen = False
        for status in statuses(pod):
            before = known.get(status.name, 0) if known else 0
            if status.restart_count != before:
                risen |= self._changed(pod, status, before)
        return risen

    def _changed(self, pod: Pod, status: ContainerStatus, before: int) -> bool:
        uid = pod.metadata.uid
        self._counts.setdefault(uid, {})[status.name] = status.restart_count
        self._dirty.add(_shard(uid))
        streak = self.rises.get(uid, {}).get(status.name)
        if status.restart_count < before:
            self._lowered(uid, status, streak)
            return False
        if self._seeding or pod.metadata.deletion_timestamp:
            return False
        now = self._now()
        ended = last_end(status)
        at = min(now, (parse_time(ended.finished_at) if ended else None) or now)
        self._keep(
            uid,
            msgspec.structs.replace(streak, count=status.restart_count, last=max(at, streak.last))
            if streak
            else Rise(
                container=status.name, base=before, settled=before, count=status.restart_count, first=at, last=at
            ),
        )
        return True

    def _lowered(self, uid: str, status: ContainerStatus, streak: Rise | None) -> None:
        """The kubelet lost its dead containers and counts anew: the next rise counts from there."""
        if streak is not None:
            count = status.restart_count
            base = count - streak.restarts
            self._keep(uid, msgspec.structs.replace(streak, base=base, count=count, settled=count))

    def _keep(self, uid: str, rise: Rise) -> None:
        self.rises.setdefault(uid, {})[rise.container] = rise

    def settle(self, uid: str, container: str, count: int) -> None:
        """All restarts up to ``count`` are told or dismissed: they may be stored as known."""
        rise = self.rises.get(uid, {}).get(container)
        if rise is not None and rise.settled < count:
            self._keep(uid, msgspec.structs.replace(rise, settled=count))
            self._dirty.add(_shard(uid))

    def end(self, uid: str, container: str) -> None:
        """The streak is over: the container is well, or it is gone."""
        rises = self.rises.get(uid, {})
        rises.pop(container, None)
        if not rises:
            self.rises.pop(uid, None)

    def forget(self, uid: str) -> None:
        """The pod is gone."""
        self.rises.pop(uid, None)
        if self._counts.pop(uid, None) is not None:
            self._dirty.add(_shard(uid))

    def listed(self, alive: Callable[[str], bool]) -> None:
        """A complete list was taken in: drop pods that are gone; from now on every rise counts."""
        for uid in [uid for uid in self._counts if not alive(uid)]:
            self.forget(uid)
        if self._seeding:
            self._dirty.update(range(_SHARDS))
            self._seeding = False

    async def save(self) -> None:
        """Write what has changed. The mark that this cluster is known comes last, after all that it vouches for."""
        if self._seeding or not self._dirty:
            return
        dirty, self._dirty = self._dirty, set()
        try:
            shards: dict[int, Counts] = defaultdict(dict)
            for uid, counts in self._counts.items():
                if (number := _shard(uid)) in dirty:
                    shards[number][uid] = self._settled(uid, counts)
            for number in sorted(dirty):
                await self._store.put(self._key(number), msgspec.json.encode(shards[number]))
            if len(dirty) == _SHARDS:
                await self._store.put(self._marker, msgspec.json.encode(self._now()))
        except BaseException:
            self._dirty |= dirty  # nothing of it counts as written; the next save repeats it
            raise

    def _settled(self, uid: str, counts: dict[str, int]) -> dict[str, int]:
        rises = self.rises.get(uid, {})
        return {name: rises[name].settled if name in rises else count for name, count in counts.items()}

    @property
    def _marker(self) -> str:
        return f"restarts/{self.cluster}/seen"

    def _key(self, number: int) -> str:
        return f"restarts/{self.cluster}/{number:02}"


def is_well(pod: Pod, rise: Rise, now: float, quiet: float) -> float | None:
    """Since when the container is well, if that is at least ``quiet`` ago; None while its crash still holds."""
    one = find(pod, rise.container)
    since = well_since(pod, one) if one else None
    if since is None or now - max(since, rise.last) < quiet:
        return None
    return max(since, rise.last)
