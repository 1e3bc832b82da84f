"""The chain's home: numbers are taken once, and the end is found also behind an old checkpoint."""

from __future__ import annotations

import pytest

from bot.adapters.audit.journal import StoreJournal
from bot.core.errors import AuditError, StoreError
from bot.core.ports import Record
from commands.audit import Taken
from tests.fakes.store import MemoryStore


async def test_a_number_is_taken_once() -> None:
    journal = StoreJournal(MemoryStore())
    await journal.append([b'{"seq":1}', b'{"seq":2}'])
    with pytest.raises(Taken):
        await journal.append([b'{"seq":2}'])
    assert await journal.read() == [b'{"seq":1}', b'{"seq":2}']
    assert await journal.read(after=1) == [b'{"seq":2}']


async def test_tail_is_the_newest_record_whatever_the_checkpoint_says() -> None:
    journal = StoreJournal(MemoryStore())
    assert await journal.tail() is None
    await journal.append([f'{{"seq":{n}}}'.encode() for n in range(1, 1203)])
    assert await journal.tail() == b'{"seq":1202}'
    await journal.save_checkpoint(b'{"seq":1202}')
    assert await journal.tail() == b'{"seq":1202}'
    await journal.append([b'{"seq":1203}'])
    assert await journal.tail() == b'{"seq":1203}'


async def test_trouble_of_the_store_is_trouble_of_the_log() -> None:
    class Dead(MemoryStore):
        async def get(self, key: str) -> Record | None:
            raise StoreError("gone")

    with pytest.raises(AuditError):
        await StoreJournal(Dead()).tail()
