"""The audit chain: what a record says, how each is tied to the one before, and how a broken tie is found. Pure.

A record's hash covers its content and the hash before it, keyed when there is a key (HMAC-SHA256). A signed checkpoint
names the newest record, so that a cut tail is found too; whoever can put back an old checkpoint *and* cut the log to it
is found only by a copy elsewhere, which is what the further sinks are for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from bot.core.errors import AuditError
from bot.core.times import format_time

GENESIS = "0" * 64
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Taken(AuditError):
    """Another writer has taken this number of the chain; build on its record and try again."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, as far as it is known before it runs. ``command`` is canonical where the text could be parsed."""

    team: str
    user: str
    channel: str
    source: str
    delivery: str
    command: str
    verb: str = ""
    cluster: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""
    decision: Literal["allow", "deny", "invalid"] = "allow"
    rule: str = ""
    why: str = ""
    changes: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept. ``id`` is shared by the two records of one attempt: its decision and its outcome."""

    seq: int
    id: str
    at: str
    phase: Literal["decision", "outcome"]
    entry: Entry
    result: str = ""
    detail: str = ""
    milliseconds: int = 0
    prev: str = GENESIS
    hash: str = ""


class Checkpoint(msgspec.Struct, frozen=True):
    seq: int
    hash: str
    at: str
    signature: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """``broken`` is the number of the first record that does not hold (0: all do); ``why`` says how."""

    count: int
    broken: int = 0
    why: str = ""
    signed: bool = True


def new_id(now: float, random: Callable[[int], bytes]) -> str:
    """26 characters that sort by time: 48 bits of milliseconds, 80 bits of chance (a ULID)."""
    number = (round(now * 1000) & (1 << 48) - 1) << 80 | int.from_bytes(random(10), "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def canonical(value: msgspec.Struct) -> bytes:
    """One JSON spelling: keys sorted, no spaces, ASCII, hence never a newline."""
    return json.dumps(msgspec.to_builtins(value), sort_keys=True, separators=(",", ":")).encode()


def _digest(content: bytes, key: bytes) -> str:
    return (hmac.new(key, content, "sha256") if key else hashlib.sha256(content)).hexdigest()


def chain(record: Record, before: Record | None, key: bytes) -> Record:
    """The record with its number, its tie to the one before and its hash."""
    seq, prev = (before.seq + 1, before.hash) if before else (1, GENESIS)
    record = msgspec.structs.replace(record, seq=seq, prev=prev, hash="")
    return msgspec.structs.replace(record, hash=_digest(canonical(record), key))


def read_record(line: bytes) -> Record:
    """Raises AuditError when this is not a record."""
    try:
        return msgspec.json.decode(line, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AuditError(f"not an audit record: {error}") from error


def sign(record: Record, now: float, key: bytes) -> Checkpoint:
    """A statement that the chain reached this record."""
    bare = Checkpoint(record.seq, record.hash, format_time(now))
    return msgspec.structs.replace(bare, signature=_digest(b"checkpoint" + canonical(bare), key) if key else "")


def verify(lines: Iterable[bytes], key: bytes, checkpoint: bytes | None = None) -> Verdict:
    """Walk the chain from its first record and name the first that was edited, removed, moved or cut off."""
    before: Record | None = None
    hashes: dict[int, str] = {}
    head, why_not = _read_checkpoint(checkpoint, key)
    for line in lines:
        expected = before.seq + 1 if before else 1
        why = _fault(line, before, key)
        if why:
            return Verdict(expected - 1, expected, why, bool(key))
        before = read_record(line)
        if head and before.seq == head.seq:
            hashes[before.seq] = before.hash
    count = before.seq if before else 0
    if why_not:
        return Verdict(count, count + 1, why_not, bool(key))
    if head and head.seq > count:
        return Verdict(count, count + 1, f"cut off: the checkpoint of {head.at} knows {head.seq} records", bool(key))
    if head and hashes.get(head.seq) != head.hash:
        return Verdict(count, head.seq, "rewritten: it is not the record that the checkpoint names", bool(key))
    if head is None and count:
        return Verdict(count, count + 1, "the checkpoint is missing: a cut tail could not be seen", bool(key))
    return Verdict(count, signed=bool(key))


def _fault(line: bytes, before: Record | None, key: bytes) -> str:
    try:
        record = read_record(line)
    except AuditError as error:
        return f"unreadable: {error}"
    expected = before.seq + 1 if before else 1
    if record.seq > expected:
        return f"removed: record {record.seq} follows record {expected - 1}"
    if record.seq < expected:
        return f"moved or repeated: record {record.seq} stands here"
    bare = msgspec.structs.replace(record, hash="")
    # The canonical spelling must be the stored one, or an unknown key could be slipped in beside the hash.
    if not hmac.compare_digest(_digest(canonical(bare), key), record.hash) or canonical(record) != line:
        return "edited: its content does not match its hash"
    if record.prev != (before.hash if before else GENESIS):
        return "replaced: it does not follow from the record before"
    return ""


def _read_checkpoint(line: bytes | None, key: bytes) -> tuple[Checkpoint | None, str]:
    if line is None:
        return None, ""
    try:
        head = msgspec.json.decode(line, type=Checkpoint)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return None, f"the checkpoint is unreadable: {error}"
    bare = msgspec.structs.replace(head, signature="")
    if key and not hmac.compare_digest(_digest(b"checkpoint" + canonical(bare), key), head.signature):
        return None, "the checkpoint is not signed with this key"
    return head, ""
