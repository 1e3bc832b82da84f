"""What describers share: their subject, their result, and the pieces that every description has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.core.message import Bold, Inline, Part, Pre, Section, Text
from bot.core.message import Context as Small
from bot.core.objects import Event
from bot.core.ports import Reader
from bot.core.redact import clean, redact
from bot.core.ref import Ref
from bot.core.times import duration, parse_time
from commands.model import Call

Json = Mapping[str, Any]
_EVENTS = 12  # newest ones; older ones rarely tell more
_NOISE = ("kubectl.kubernetes.io/last-applied-configuration",)  # repeats the whole object, values included
# Conditions whose True is the trouble; of all others it is anything but True.
_BAD_WHEN_TRUE = (
    "Pressure",
    "Failure",
    "Failed",
    "NetworkUnavailable",
    "Unavailable",
    "DisruptionTarget",
    "InvalidSpec",
)
_ACTIVITY = (
    "Progressing",
    "Paused",
    "Suspended",
    "Completed",
    "Complete",
    "SuccessCriteriaMet",
    "ScalingLimited",
    "Healthy",
)


class Subject(msgspec.Struct, frozen=True):
    """``may`` tells what the asker may see besides the object itself."""

    ref: Ref
    raw: dict[str, Any]
    reader: Reader
    now: float
    events: Sequence[Event] = ()
    events_missing: str = ""
    may: Callable[[Call], bool] = lambda _: False

    def age(self, stamp: str | None) -> str:
        at = parse_time(stamp)
        return duration(self.now - at) if at is not None else "unknown"


class Described(msgspec.Struct, frozen=True):
    """``state`` is the one line behind the name; ``wrong`` what is wrong, worst first; ``parts`` the sections."""

    state: str
    wrong: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


class Describer(msgspec.Struct, frozen=True):
    name: str
    kinds: tuple[str, ...]
    describe: Callable[[Subject], Awaitable[Described]]


def dig(value: Any, *path: str) -> Any:
    """A value deep in JSON; None where a step is missing or not a map."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def rows(value: Any, *path: str) -> list[dict[str, Any]]:
    """A list of maps deep in JSON; empty where it is missing."""
    found = dig(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def safe(value: object) -> str:
    """Any text from the cluster as it may be shown: no escapes, no secrets."""
    return redact(clean(str(value)))


def pairs(value: Any) -> str:
    """A map as ``a=1, b=2``, redacted, without what repeats the whole object."""
    if not isinstance(value, Mapping) or not value:
        return ""
    return ", ".join(safe(f"{key}={item}") for key, item in sorted(value.items()) if key not in _NOISE)


def lines(title: str, found: Iterable[str]) -> list[Part]:
    """A titled preformatted block; nothing when there is nothing in it."""
    text = "\n".join(line for line in found if line)
    return [Pre(text, (Bold(title),))] if text else []


def table(title: str, head: Sequence[str], body: Sequence[Sequence[str]]) -> list[Part]:
    """Aligned columns as kubectl prints them."""
    if not body:
        return []
    everything = [list(head), *[[cell.replace("\n", " ") for cell in row] for row in body]]
    widths = [max(len(row[i]) for row in everything) for i in range(len(head) - 1)]
    return lines(
        title, ("  ".join([*(c.ljust(w) for c, w in zip(r, widths, strict=False)), r[-1]]) for r in everything)
    )


def metadata(subject: Subject) -> list[Part]:
    """Labels, annotations and owner in small print."""
    meta = dig(subject.raw, "metadata") or {}
    said: list[Inline] = []
    for label, text in (("Labels", pairs(meta.get("labels"))), ("Annotations", pairs(meta.get("annotations")))):
        if text:
            said += ["\n" if said else "", Bold(label), f" {text[:600]}{'…' if len(text) > 600 else ''}"]
    return [Small(tuple(said))] if said else []


def is_bad(condition: Json) -> bool:
    """Whether a condition tells of trouble; those that only tell of activity do so with reasons of failure alone."""
    kind, status = str(condition.get("type", "")), condition.get("status")
    if kind.endswith(_BAD_WHEN_TRUE):
        return status != "False"
    if kind in _ACTIVITY:
        return status == "False" and condition.get("reason") in {"ProgressDeadlineExceeded", "RolloutAborted"}
    return status != "True"


def bad_conditions(subject: Subject, *, without: Iterable[str] = ()) -> list[str]:
    """Conditions that tell of trouble, as sentences."""
    return [
        f"{one.get('type')} is {one.get('status')}{_because(one)}"
        for one in rows(subject.raw, "status", "conditions")
        if is_bad(one) and one.get("type") not in set(without)
    ]


def _because(condition: Json) -> str:
    reason, message = condition.get("reason"), condition.get("message")
    said = ": ".join(safe(text) for text in (reason, message) if text)
    return f": {said}" if said else ""


def conditions(subject: Subject) -> list[Part]:
    body = [
        (
            ("! " if is_bad(one) else "  ") + str(one.get("type", "")),
            str(one.get("status", "")),
            subject.age(one.get("lastTransitionTime")),
            ": ".join(safe(text) for text in (one.get("reason"), one.get("message")) if text),
        )
        for one in rows(subject.raw, "status", "conditions")
    ]
    return table("Conditions", ("  TYPE", "STATUS", "SINCE", "REASON"), body)


def events(subject: Subject) -> list[Part]:
    """The newest events, newest first."""
    if subject.events_missing:
        return [Section((Bold("Events"), f" not read: {subject.events_missing}"))]
    if not subject.events:
        return [Section((Bold("Events"), " none (the cluster forgets them after about an hour)"))]
    newest = list(subject.events)[::-1][:_EVENTS]
    body = [
        (
            subject.age(one.last_seen) + (f" (x{one.times})" if one.times > 1 else ""),
            one.type or "",
            safe(one.reason or ""),
            safe(one.message or "").strip(),
        )
        for one in newest
    ]
    more = len(subject.events) - len(newest)
    return table(f"Events{f', {more} older left out' if more else ''}", ("AGE", "TYPE", "REASON", "MESSAGE"), body)


def warnings(subject: Subject, most: int = 3) -> list[str]:
    """The newest warning of each reason, as sentences."""
    newest: dict[str, str] = {}
    for one in reversed(subject.events):
        if one.type == "Warning" and one.reason not in newest:
            times = f", {one.times} times" if one.times > 1 else ""
            newest[one.reason or ""] = (
                f"{one.reason} {subject.age(one.last_seen)} ago{times}: {safe(one.message or '')}"
            )
    return list(newest.values())[:most]


def fields(*given: tuple[str, object]) -> tuple[tuple[str, Text], ...]:
    """Label and value pairs, without those that have no value."""
    return tuple((label, safe(value)) for label, value in given if value not in {None, ""})
