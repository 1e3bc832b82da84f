"""What is particular to the SQLite store: durability, one process, clear refusals, no lost calls."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.store.sqlite import SqliteStore
from bot.core.errors import SetupError, StoreError

_WRITER = """
import asyncio, os, sys
from bot.adapters.store.sqlite import SqliteStore
async def main():
    store = SqliteStore(sys.argv[1])
    n = 0
    while True:
        await store.put(f"k/{n:06d}", b"x" * 100)
        print(n, flush=True)
        n += 1
asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite3"
    process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(30)]
    process.kill()
    process.wait()
    process.stdout.close()
    store = SqliteStore(str(path))
    kept = {record.key for record in await store.query("k/")}
    await store.close()
    assert {f"k/{n:06d}" for n in acknowledged} <= kept


async def test_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "s.sqlite3")
    store = SqliteStore(path)
    with pytest.raises(SetupError, match="in use by another watchkeeper"):
        SqliteStore(path)
    await store.close()
    await SqliteStore(path).close()


def test_unwritable_place_and_foreign_file_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SetupError, match="cannot be written"):
        SqliteStore(str(tmp_path / "file" / "s.sqlite3"))
    (tmp_path / "text").write_text("this is not a database, by any means" * 100)
    with pytest.raises(SetupError, match="cannot be opened as a database"):
        SqliteStore(str(tmp_path / "text"))


async def test_trouble_with_the_file_reaches_every_caller_and_passes(tmp_path: Path) -> None:
    path = str(tmp_path / "s.sqlite3")
    store = SqliteStore(path)
    store._db.execute("PRAGMA busy_timeout=0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(store.put("a", b"1"), store.get("b"), return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)
    other.execute("COMMIT")
    other.close()
    assert await store.put("a", b"1") == 1
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.get("a")


async def test_a_cancelled_caller_harms_nobody(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "s.sqlite3"))
    first = asyncio.create_task(store.put("a", b"1"))
    second = asyncio.create_task(store.put("b", b"1"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
    await store.close()
