"""One record before, one after, under one id; a log that cannot be written stops changes and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import msgspec
import pytest

from bot.adapters.audit.journal import StoreJournal
from bot.core.errors import AuditError, StoreError
from commands import auditing
from commands.audit import Entry, read_record
from commands.auditing import AuditLog
from tests.fakes.store import MemoryStore

KEY = b"k"
READ = Entry(team="T1", user="U1", channel="C1", source="slash", delivery="d1", command="logs pod/api", verb="logs")
CHANGE = msgspec.structs.replace(READ, verb="scale", changes=True)


class BrokenSink:
    async def append(self, records: Sequence[bytes]) -> None:
        raise AuditError("disk full")


class HangingSink:
    async def append(self, records: Sequence[bytes]) -> None:
        await asyncio.Event().wait()


class BrokenStore(MemoryStore):
    async def put(self, key: str, value: bytes, *, expect: int = -1, ttl: float | None = None) -> int:
        raise StoreError("no answer")


async def test_two_records_under_one_id() -> None:
    journal = StoreJournal(MemoryStore())
    times = iter([10.0, 10.0, 12.5, 12.5])
    log = AuditLog(journal, key=KEY, now=lambda: next(times))
    ticket = await log.decision(READ)
    assert await log.outcome(ticket, "ok", "answered")
    before, after = [read_record(line) for line in await journal.read()]
    assert before.id == after.id == ticket.id
    assert (before.phase, after.phase, after.result, after.milliseconds) == ("decision", "outcome", "ok", 2500)
    assert (await log.verify()).broken == 0


@pytest.mark.parametrize("sinks", [[BrokenSink()], [HangingSink()]])
async def test_broken_sink_refuses_changes_and_lets_reads_go_on(
    sinks: list[BrokenSink], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(auditing, "_TIME_LIMIT", 0.05)
    log = AuditLog(StoreJournal(MemoryStore()), sinks)
    with pytest.raises(AuditError):
        await log.decision(CHANGE)
    with caplog.at_level(logging.ERROR):
        ticket = await log.decision(READ)
    assert not ticket.written
    assert "audit log not written" in caplog.text


async def test_broken_journal_refuses_changes() -> None:
    log = AuditLog(StoreJournal(BrokenStore()))
    with pytest.raises(AuditError):
        await log.decision(CHANGE)
    assert not (await log.decision(READ)).written
    assert not await log.outcome(await log.decision(READ), "ok")


async def test_replicas_share_one_chain() -> None:
    store = MemoryStore()
    logs = [AuditLog(StoreJournal(store), key=KEY) for _ in range(3)]
    for _ in range(5):
        await asyncio.gather(*(log.decision(READ) for log in logs))
    verdict = await logs[0].verify()
    assert (verdict.count, verdict.broken) == (15, 0)


async def test_a_restart_goes_on_where_the_chain_ended_even_without_its_last_checkpoint() -> None:
    store = MemoryStore()
    await AuditLog(StoreJournal(store), key=KEY).decision(READ)
    old = await store.get("audit-checkpoint")
    assert old is not None
    await AuditLog(StoreJournal(store), key=KEY).decision(READ)
    await store.put("audit-checkpoint", old.value)  # the process died before it wrote the second
    log = AuditLog(StoreJournal(store), key=KEY)
    await log.decision(READ)
    assert (await log.verify()).count == 3
    assert (await log.verify()).broken == 0


async def test_verify_finds_a_deleted_record() -> None:
    store = MemoryStore()
    log = AuditLog(StoreJournal(store), key=KEY)
    for _ in range(4):
        await log.decision(READ)
    await store.delete("audit/000000000002")
    assert (await log.verify()).broken == 2


async def test_damaged_tail_refuses_changes_instead_of_starting_anew() -> None:
    store = MemoryStore()
    await AuditLog(StoreJournal(store)).decision(READ)
    for damage in (b"not json", b"\xff", b'{"seq":1}'):
        await store.put("audit/000000000001", damage)
        with pytest.raises(AuditError):
            await AuditLog(StoreJournal(store)).decision(CHANGE)
