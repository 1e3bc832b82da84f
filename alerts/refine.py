"""What the events around a container's end add to its cause: who killed it, and in whose words. Pure.

An event counts only for this pod UID, this container, and the lifetime of the container that ended: a namesake's or an
earlier container's kill explains nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from alerts.causes import memory, parse_bytes
from alerts.model import Cause, Finding
from bot.core.objects import Event
from bot.core.redact import clean, redact
from bot.core.times import parse_time

# Events carry whole seconds and are written a moment after what they tell.
_BEFORE, _AFTER = 1.5, 10.0
_PLANNED = ("Stopping container", "definition changed", "resize requires restart")
PLANNED = "planned"


def about(finding: Finding, events: Iterable[Event]) -> list[Event]:
    """The events of this very pod and container, those of the pod as a whole included."""
    path = f"{{{finding.container}}}"
    return [
        event
        for event in events
        if (event.involved_object.uid or finding.object.uid) == finding.object.uid
        and (not event.involved_object.field_path or event.involved_object.field_path.endswith(path))
    ]


def _in_its_life(finding: Finding, event: Event) -> bool:
    """Whether the event last happened while the container that ended was alive or was being ended."""
    ended = finding.terminated
    started = parse_time(ended.started_at) if ended else None
    finished = parse_time(ended.finished_at) if ended else None
    last = parse_time(event.last_seen)
    if last is None or (started is None and finished is None):
        return True  # nobody says when
    first = parse_time(event.first_timestamp) or last
    return (started is None or last >= started - _BEFORE) and (finished is None or first <= finished + _AFTER)


def text_of(event: Event) -> str:
    """An event's message, safe to show."""
    return clean(redact(event.message or "")).strip()


def refine(
    finding: Finding, events: Iterable[Event], *, node_events: Iterable[Event] = (), usage: str | None = None
) -> Cause:
    """The finding's cause in the light of its events. Code ``planned`` means: somebody wanted it, say nothing."""
    cause = finding.cause
    if cause.code in ("oom", "start", "node"):
        return cause
    ours = [event for event in about(finding, events) if _in_its_life(finding, event)]
    kills = [event for event in ours if event.reason == "Killing"]
    for kill in reversed(kills):
        told = kill.message or ""
        for probe in ("liveness", "startup"):
            if f"failed {probe} probe" in told:
                return _probe(finding, ours, probe)
        if "PostStartHook" in told or "postStart" in told:
            return _hook(ours, told)
        if any(words in told for words in _PLANNED):
            return msgspec.structs.replace(cause, code=PLANNED)
    if any(event.reason == "SandboxChanged" for event in ours) and cause.code in ("signal-9", "signal-15"):
        return Cause(
            code="node",
            sentence="its sandbox was lost and made anew",
            brief="sandbox lost",
            known_by="the event SandboxChanged",
        )
    return _who_sent_sigkill(finding, node_events, usage) if cause.code == "signal-9" else cause


def _probe(finding: Finding, ours: list[Event], probe: str) -> Cause:
    word = probe.capitalize()
    outputs = [text_of(event) for event in ours if event.reason == "Unhealthy" and word in (event.message or "")]
    output = outputs[-1].partition(": ")[2] if outputs else ""
    short = output.split("\n")[0]
    short = short if len(short) <= 140 else short[:139] + "…"
    return Cause(
        code=probe,
        sentence=f"killed by its {probe} probe" + (f": {short}" if short else ""),
        brief=f"{probe} probe failed",
        known_by=f"the event Killing, container {finding.container} failed {probe} probe",
        detail=output if output != short else "",
    )


def _hook(ours: list[Event], told: str) -> Cause:
    outputs = [text_of(event) for event in ours if event.reason == "FailedPostStartHook"]
    return Cause(
        code="poststart",
        sentence="killed because its postStart hook failed",
        brief="postStart hook failed",
        known_by="the event Killing",
        detail=outputs[-1] if outputs else clean(redact(told)),
    )


def _who_sent_sigkill(finding: Finding, node_events: Iterable[Event], usage: str | None) -> Cause:
    cause = finding.cause
    for event in node_events:
        if event.reason in ("SystemOOM", "OOMKilling") and _in_its_life(finding, event):
            return msgspec.structs.replace(
                cause,
                code="system-oom",
                sentence=f"probably killed because node {finding.node} ran out of memory (its event {event.reason})",
                brief="probably killed by node OOM",
                sure=False,
                known_by=f"the node's event {event.reason} at that time; the container itself says SIGKILL",
            )
    used, limit = parse_bytes(usage) if usage else None, _limit(finding)
    if used and limit and used >= 0.9 * limit:
        return msgspec.structs.replace(
            cause,
            sentence=f"probably out of memory: SIGKILL with {memory(used)} used of {memory(limit)}",
            brief="probably out of memory",
            sure=False,
            known_by="the last memory reading; the runtime did not say OOMKilled",
        )
    return cause


def _limit(finding: Finding) -> float | None:
    number, _, unit = finding.limit.partition(" ")
    return parse_bytes(number + unit.removesuffix("B")) if unit else None
