"""A Store in memory. Held to the SQLite one by ``tests/contract/test_store.py``."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.core.errors import VersionConflict
from bot.core.ports import ANY_VERSION, Record


class MemoryStore:
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._records: dict[str, tuple[Record, float | None]] = {}

    def _live(self, key: str) -> Record | None:
        record, expires = self._records.get(key, (None, None))
        return None if expires is not None and expires <= self._now() else record

    async def get(self, key: str) -> Record | None:
        return self._live(key)

    async def put(self, key: str, value: bytes, *, expect: int = ANY_VERSION, ttl: float | None = None) -> int:
        current = self._live(key)
        version = current.version if current else 0
        if expect not in (ANY_VERSION, version):
            raise VersionConflict(f"{key}: expected version {expect}, found {version}")
        self._records[key] = (Record(key, value, version + 1), None if ttl is None else self._now() + ttl)
        return version + 1

    async def query(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[Record]:
        keys = sorted(key for key in self._records if key.startswith(prefix) and key > after and self._live(key))
        return [self._records[key][0] for key in keys[:limit]]

    async def delete(self, key: str, *, expect: int = ANY_VERSION) -> bool:
        current = self._live(key)
        if expect not in (ANY_VERSION, current.version if current else 0):
            raise VersionConflict(f"{key}: expected version {expect}")
        self._records.pop(key, None)
        return current is not None

    async def close(self) -> None:
        pass
