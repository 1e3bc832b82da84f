"""Writing the audit log: one record for every attempt before it runs, one for its outcome, under one id.

What fails open and what fails closed is decided here and nowhere else: when the log cannot be written, a command that
changes something is refused (AuditError), and one that only reads still runs, with a note to the asker.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence

import msgspec

from bot.core.errors import AuditError
from bot.core.times import format_time
from commands.audit import Entry, Record, Taken, Verdict, canonical, chain, new_id, read_record, sign, verify
from commands.ports import AuditJournal, AuditSink

_log = logging.getLogger(__name__)
_TRIES = 8  # replicas that write at the same moment; each round one of them wins
_TIME_LIMIT = 5.0  # seconds for all sinks; a log that hangs is a log that fails


class Ticket(msgspec.Struct, frozen=True):
    """An attempt that has been told to the log. ``written`` is False when only reading could go on without it."""

    id: str
    entry: Entry
    started: float
    written: bool = True


class AuditLog:
    def __init__(
        self,
        journal: AuditJournal,
        sinks: Sequence[AuditSink] = (),
        *,
        key: bytes = b"",
        now: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._journal = journal
        self._sinks = sinks
        self._key = key
        self._now = now
        self._random = random
        self._lock = asyncio.Lock()
        self._last: Record | None = None

    async def decision(self, entry: Entry) -> Ticket:
        """Record what was decided. Raises AuditError when it cannot be and the command would change something."""
        now = self._now()
        ticket = Ticket(new_id(now, self._random), entry, now)
        record = Record(seq=0, id=ticket.id, at=format_time(now), phase="decision", entry=entry)
        try:
            await self._write(record)
        except AuditError:
            if entry.changes:
                raise
            _log.exception("audit log not written", extra={"audit_id": ticket.id})
            return msgspec.structs.replace(ticket, written=False)
        return ticket

    async def outcome(self, ticket: Ticket, result: str, detail: str = "") -> bool:
        """Record how it ended; False when that could not be written (what has run has run)."""
        now = self._now()
        record = Record(
            seq=0,
            id=ticket.id,
            at=format_time(now),
            phase="outcome",
            entry=ticket.entry,
            result=result,
            detail=detail,
            milliseconds=max(0, round((now - ticket.started) * 1000)),
        )
        try:
            await self._write(record)
        except AuditError:
            _log.exception("audit log not written", extra={"audit_id": ticket.id})
            return False
        return True

    async def verify(self) -> Verdict:
        """Walk the whole journal."""
        lines: list[bytes] = []
        while page := await self._journal.read(after=len(lines)):
            lines += page
        return verify(lines, self._key, await self._journal.checkpoint())

    async def _write(self, record: Record) -> None:
        try:
            async with asyncio.timeout(_TIME_LIMIT), self._lock:
                line = await self._append(record)
                for sink in self._sinks:
                    await sink.append([line])
        except TimeoutError as error:
            self._last = None  # whether it was written is not known; ask the journal next time
            raise AuditError(f"the audit log did not answer within {_TIME_LIMIT:.0f} s") from error

    async def _append(self, record: Record) -> bytes:
        for _ in range(_TRIES):
            if self._last is None:
                tail = await self._journal.tail()
                self._last = read_record(tail) if tail else None
            chained = chain(record, self._last, self._key)
            line = canonical(chained)
            try:
                await self._journal.append([line])
            except AuditError as error:
                self._last = None
                if not isinstance(error, Taken):
                    raise
                continue
            self._last = chained
            await self._journal.save_checkpoint(canonical(sign(chained, self._now(), self._key)))
            return line
        raise AuditError(f"the audit log was taken by other writers {_TRIES} times in a row")
