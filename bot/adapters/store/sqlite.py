"""The embedded store: one SQLite file, for one process.

Every call returns only when its change is on disk. All work happens on one thread of its own, so the event loop never
waits for the disk; calls that queue up meanwhile share one transaction, which is what makes a burst of writes cheap.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from bot.core.errors import SetupError, StoreError, VersionConflict
from bot.core.ports import ANY_VERSION, Record

T = TypeVar("T")
_Work = Callable[[sqlite3.Connection], Any]

_SWEEP_EVERY = 3600.0  # seconds between deletions of expired records; they are invisible before that anyway
_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL, expires REAL
) WITHOUT ROWID
"""
_SELECT = "SELECT key, value, version FROM record"


class SqliteStore:
    """See ``bot.core.ports.Store`` for what each method promises."""

    def __init__(self, path: str, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._queue: list[tuple[_Work, asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None
        self._closed = False
        self._lock = self._claim(Path(path))
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # "written" means on disk, also after a power cut
            self._db.execute("PRAGMA busy_timeout=5000")
            self._db.execute(_SCHEMA)
            self._sweep_at = 0.0
        except sqlite3.Error as error:
            self._lock.close()
            raise SetupError([f"store.sqlite: {path} cannot be opened as a database: {error}"]) from error

    @staticmethod
    def _claim(path: Path) -> Any:
        """Two processes on one file would both tell every incident; the second one is told so."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = path.with_name(path.name + "-lock").open("w")
        except OSError as error:
            why = error.strerror or error
            raise SetupError([f"store.sqlite: {path} cannot be written: {why}; choose a writable path"]) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.close()
            problem = f"store.sqlite: {path} is in use by another watchkeeper; stop that one or choose another path"
            raise SetupError([problem]) from error
        return handle

    async def get(self, key: str) -> Record | None:
        now = self._now()
        return await self._do(lambda db: self._read(db, key, now))

    async def put(self, key: str, value: bytes, *, expect: int = ANY_VERSION, ttl: float | None = None) -> int:
        now = self._now()

        def work(db: sqlite3.Connection) -> int:
            version = self._check(db, key, expect, now) + 1
            expires = None if ttl is None else now + ttl
            db.execute("REPLACE INTO record VALUES (?, ?, ?, ?)", (key, value, version, expires))
            if now >= self._sweep_at:
                db.execute("DELETE FROM record WHERE expires <= ?", (now,))
                self._sweep_at = now + _SWEEP_EVERY
            return version

        return await self._do(work)

    async def query(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[Record]:
        now = self._now()
        live = "(expires IS NULL OR expires > ?)"
        sql = f"{_SELECT} WHERE key >= ? AND key < ? AND key > ? AND {live} ORDER BY key LIMIT ?"
        # Keys are ASCII, so DEL sorts after every key that starts with the prefix.
        arguments = (prefix, prefix + "\x7f", after, now, limit)
        return await self._do(lambda db: [Record(*row) for row in db.execute(sql, arguments)])

    async def delete(self, key: str, *, expect: int = ANY_VERSION) -> bool:
        now = self._now()

        def work(db: sqlite3.Connection) -> bool:
            found = self._check(db, key, expect, now) > 0
            db.execute("DELETE FROM record WHERE key = ?", (key,))
            return found

        return await self._do(work)

    async def close(self) -> None:
        """Finish what is queued, then close. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        while self._running:
            await self._running
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
        self._thread.shutdown()
        self._lock.close()

    @staticmethod
    def _read(db: sqlite3.Connection, key: str, now: float) -> Record | None:
        sql = f"{_SELECT} WHERE key = ? AND (expires IS NULL OR expires > ?)"
        row = db.execute(sql, (key, now)).fetchone()
        return Record(*row) if row else None

    def _check(self, db: sqlite3.Connection, key: str, expect: int, now: float) -> int:
        """The current version (0: not there); raises when it is not the expected one."""
        record = self._read(db, key, now)
        version = record.version if record else 0
        if expect not in (ANY_VERSION, version):
            raise VersionConflict(f"{key}: expected version {expect}, found {version}")
        return version

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise StoreError("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((work, future))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue, []
                results = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._transaction, [work for work, _ in batch]
                )
                for (_, future), result in zip(batch, results, strict=True):
                    if future.cancelled():
                        continue
                    if isinstance(result, BaseException):
                        future.set_exception(result)
                    else:
                        future.set_result(result)
        finally:
            self._running = None

    def _transaction(self, works: list[_Work]) -> list[Any]:
        """Run the works in one transaction. A lost race fails its own caller; trouble with the file fails them all."""
        results: list[Any] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for work in works:
                try:
                    results.append(work(self._db))
                except VersionConflict as conflict:
                    results.append(conflict)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):  # there may be no transaction to roll back
                self._db.execute("ROLLBACK")
            failure = StoreError(f"the store cannot be written: {error}")
            failure.__cause__ = error
            return [failure] * len(works)
        return results
