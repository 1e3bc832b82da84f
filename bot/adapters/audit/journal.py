"""The audit chain's home in the store: one key a record, and one for the checkpoint that says how far it reaches."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.core.errors import AuditError, StoreError, VersionConflict
from bot.core.ports import Store
from commands.audit import Taken

_PREFIX = "audit/"
_CHECKPOINT = "audit-checkpoint"


class _Numbered(msgspec.Struct):
    """The number of a record or of a checkpoint, without reading the rest."""

    seq: int


def _number(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_Numbered).seq
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AuditError(f"the audit log is damaged: {error}") from error


def _key(seq: int) -> str:
    return f"{_PREFIX}{seq:012d}"


class StoreJournal:
    """commands.ports.AuditJournal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def append(self, records: Sequence[bytes]) -> None:
        for record in records:
            seq = _number(record)
            try:
                await self._store.put(_key(seq), record, expect=0)
            except VersionConflict as error:
                raise Taken(f"audit record {seq} exists") from error
            except StoreError as error:
                raise AuditError(f"audit record {seq} could not be stored: {error}") from error

    async def tail(self) -> bytes | None:
        head = await self.checkpoint()
        # The checkpoint may be one record behind: a process can die between writing the two.
        at = _number(head) if head else 0
        newest = await self._get(_key(at)) if at else None
        while page := await self.read(after=at):
            newest = page[-1]
            at = _number(newest)
        return newest

    async def read(self, after: int = 0, limit: int = 500) -> list[bytes]:
        try:
            return [record.value for record in await self._store.query(_PREFIX, after=_key(after), limit=limit)]
        except StoreError as error:
            raise AuditError(f"the audit log could not be read: {error}") from error

    async def checkpoint(self) -> bytes | None:
        return await self._get(_CHECKPOINT)

    async def save_checkpoint(self, checkpoint: bytes) -> None:
        try:
            await self._store.put(_CHECKPOINT, checkpoint)
        except StoreError as error:
            raise AuditError(f"the audit checkpoint could not be stored: {error}") from error

    async def _get(self, key: str) -> bytes | None:
        try:
            record = await self._store.get(key)
        except StoreError as error:
            raise AuditError(f"the audit log could not be read: {error}") from error
        return record.value if record else None
