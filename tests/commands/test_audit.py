"""Every edit, deletion, swap and cut of the chain is found, and the first broken record is named."""

from __future__ import annotations

import json
import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.audit import Entry, Record, canonical, chain, new_id, sign, verify

KEY = b"a key of the operator"
ENTRY = Entry(team="T1", user="U1", channel="C1", source="slash", delivery="d1", command="logs pod/api", verb="logs")


def records(count: int, key: bytes = KEY) -> list[Record]:
    out: list[Record] = []
    for i in range(count):
        made = Record(seq=0, id=f"id{i}", at="2026-11-21T08:00:00.000Z", phase="decision", entry=ENTRY)
        out.append(chain(made, out[-1] if out else None, key))
    return out


def lines(count: int, key: bytes = KEY) -> tuple[list[bytes], bytes]:
    made = records(count, key)
    return [canonical(record) for record in made], canonical(sign(made[-1], 1.0, key))


def test_an_honest_chain_holds() -> None:
    log, head = lines(5)
    verdict = verify(log, KEY, head)
    assert (verdict.count, verdict.broken, verdict.why) == (5, 0, "")
    assert verify([], KEY).broken == 0
    unsigned, plain_head = lines(3, b"")
    assert verify(unsigned, b"", plain_head).broken == 0
    assert not verify(unsigned, b"", plain_head).signed


@pytest.mark.parametrize("at", [1, 3, 5])
def test_edit_is_found(at: int) -> None:
    log, head = lines(5)
    log[at - 1] = log[at - 1].replace(b'"U1"', b'"U2"')
    verdict = verify(log, KEY, head)
    assert verdict.broken == at
    assert "edited" in verdict.why


def test_edit_with_a_new_hash_is_found_without_the_key_and_with_it() -> None:
    _, head = lines(5)
    for forger in (b"", b"another key"):
        forged = records(5)
        forged[2] = chain(msgspec.structs.replace(forged[2], id="other"), forged[1], forger)
        forged[3] = chain(forged[3], forged[2], forger)
        forged[4] = chain(forged[4], forged[3], forger)
        verdict = verify([canonical(record) for record in forged], KEY, head)
        assert verdict.broken == 3
    # Unkeyed chains can be rewritten from a point on; the checkpoint then still tells.
    unkeyed = records(5, b"")
    _, plain_head = lines(5, b"")
    unkeyed[4] = chain(msgspec.structs.replace(unkeyed[4], id="other"), unkeyed[3], b"")
    assert verify([canonical(record) for record in unkeyed], b"", plain_head).broken == 5


def test_deletion_swap_repeat_and_cut_are_found() -> None:
    log, head = lines(5)
    assert verify([*log[:2], *log[3:]], KEY, head).broken == 3
    assert verify(log[1:], KEY, head).broken == 1
    swapped = [log[0], log[2], log[1], *log[3:]]
    assert verify(swapped, KEY, head).broken == 2
    assert verify([*log[:3], log[2], *log[3:]], KEY, head).broken == 4
    cut = verify(log[:3], KEY, head)
    assert cut.broken == 4
    assert "cut off" in cut.why
    assert verify([], KEY, head).broken == 1
    assert verify(log, KEY, None).broken == 6  # a checkpoint that is gone hides a cut


def test_a_record_of_another_honest_chain_is_found() -> None:
    log, head = lines(5)
    foreign: list[Record] = []
    for _ in range(5):
        made = Record(seq=0, id="foreign", at="", phase="decision", entry=ENTRY)
        foreign.append(chain(made, foreign[-1] if foreign else None, KEY))
    verdict = verify([*log[:2], canonical(foreign[2]), *log[3:]], KEY, head)
    assert verdict.broken == 3
    assert "replaced" in verdict.why


def test_a_checkpoint_of_ones_own_making_is_found() -> None:
    log, _ = lines(5)
    forged = canonical(sign(records(3)[-1], 1.0, b"another key"))
    assert "not signed" in verify(log[:3], KEY, forged).why
    assert "not signed" in verify(log[:3], KEY, canonical(sign(records(3)[-1], 1.0, b""))).why


def test_an_extra_key_in_a_record_is_found() -> None:
    log, head = lines(2)
    log[1] = json.dumps({**json.loads(log[1]), "note": "x"}, sort_keys=True, separators=(",", ":")).encode()
    assert verify(log, KEY, head).broken == 2


@given(st.integers(0, 4), st.data())
def test_any_changed_byte_is_found(index: int, data: st.DataObject) -> None:
    log, head = lines(5)
    at = data.draw(st.integers(0, len(log[index]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != log[index][at]))
    log[index] = log[index][:at] + bytes([byte]) + log[index][at + 1 :]
    assert verify(log, KEY, head).broken == index + 1


@given(st.text(max_size=60))
def test_no_text_can_break_a_line(text: str) -> None:
    entry = msgspec.structs.replace(ENTRY, command=text.encode("utf-8", "replace").decode())
    line = canonical(chain(Record(seq=0, id="x", at="", phase="decision", entry=entry), None, KEY))
    assert b"\n" not in line
    assert b"\r" not in line


def test_ids_sort_by_time_and_differ() -> None:
    ids = [new_id(now, os.urandom) for now in (1.0, 1.001, 2.0, 1e9)]
    assert ids == sorted(ids)
    assert len({new_id(5.0, os.urandom) for _ in range(100)}) == 100
    assert all(len(made) == 26 for made in ids)
