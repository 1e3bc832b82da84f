"""What every Store promises, held against the SQLite adapter and the in-memory fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.store.sqlite import SqliteStore
from bot.core.errors import VersionConflict
from bot.core.ports import Store
from tests.fakes.store import MemoryStore


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    made: Store = SqliteStore(str(tmp_path / "s.sqlite3"), clock) if request.param == "sqlite" else MemoryStore(clock)
    yield made
    await made.close()


async def test_missing_key_is_none(store: Store) -> None:
    assert await store.get("a/b") is None


async def test_put_then_get_and_versions_rise(store: Store) -> None:
    assert await store.put("a/b", b"one") == 1
    assert await store.put("a/b", b"two") == 2
    record = await store.get("a/b")
    assert record is not None
    assert (record.key, record.value, record.version) == ("a/b", b"two", 2)


async def test_expected_version_decides(store: Store) -> None:
    await store.put("k", b"1", expect=0)
    with pytest.raises(VersionConflict):
        await store.put("k", b"2", expect=0)
    with pytest.raises(VersionConflict):
        await store.put("k", b"2", expect=7)
    assert await store.put("k", b"2", expect=1) == 2


async def test_only_one_of_many_claims_wins(store: Store) -> None:
    results = await asyncio.gather(
        *(store.put("claim", str(i).encode(), expect=0) for i in range(20)), return_exceptions=True
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, VersionConflict) for result in results) == 19


async def test_query_by_prefix_in_order_with_paging(store: Store) -> None:
    for key in ("b/2", "b/1", "a/1", "b/3", "ba/1"):
        await store.put(key, key.encode())
    assert [record.key for record in await store.query("b/")] == ["b/1", "b/2", "b/3"]
    assert [record.key for record in await store.query("b/", after="b/1", limit=1)] == ["b/2"]


async def test_delete(store: Store) -> None:
    await store.put("k", b"1")
    with pytest.raises(VersionConflict):
        await store.delete("k", expect=5)
    assert await store.delete("k", expect=1) is True
    assert await store.delete("k") is False
    assert await store.get("k") is None


async def test_expired_records_are_gone_everywhere(store: Store, clock: Clock) -> None:
    await store.put("k", b"1", ttl=10)
    clock.now += 9
    assert await store.get("k") is not None
    clock.now += 1
    assert await store.get("k") is None
    assert await store.query("k") == []
    assert await store.delete("k") is False
    assert await store.put("k", b"2", expect=0) == 1
    clock.now += 1000
    assert (await store.query("k"))[0].value == b"2"
