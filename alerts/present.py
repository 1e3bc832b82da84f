"""An incident -> the message that people read, and the short replies of its thread. Pure.

The first line decides whether somebody gets up: what, where, how bad, why. It says the cause, not the symptom.
"""

from __future__ import annotations

from alerts.model import RECOVERIES, Change, Evidence, Incident, Line
from bot.core.message import Actions, Bold, Button, Code, Context, Inline, Italic, Message, Part, Pre, Section, Time
from bot.core.times import duration

PUSH = 120  # what a phone's notification shows
_OLD_CHANGE = 24 * 3600.0  # a change that long before is told, but no longer as "changed before"


def shorten(text: str, limit: int) -> str:
    """Cut at the end, with an ellipsis."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"


def squeeze(name: str, limit: int) -> str:
    """Cut a name in its middle: its beginning and its end tell more than either alone."""
    if len(name) <= limit:
        return name
    head = (limit - 1) * 2 // 3
    return f"{name[:head]}…{name[len(name) - (limit - 1 - head) :]}"


def fit(head: str, *rest: str) -> str:
    """``head, rest, rest`` within a push notification: what does not fit is left out, the last first."""
    told = head
    for part in rest:
        if part and len(told) + 2 + len(part) <= PUSH:
            told += ", " + part
    return shorten(told, PUSH)


def message(incident: Incident) -> Message:
    """The one message of an incident, as it stands now."""
    if incident.failure == "unreachable":
        return _unreachable(incident)
    return _ended(incident) if incident.state == "ended" else _firing(incident)


def line(incident: Incident, one: Line) -> Message:
    """A reply in the thread: one short line, with the evidence below it where there is some."""
    match one.kind:
        case "detail":
            return _detail(one)
        case "cause":
            told = f"Now it fails in another way: {one.cause.sentence if one.cause else 'unknown'}"
            return Message(told, (Section(told), *(_detail(one).parts if one.evidence else ())))
        case "spread":
            told = f"🔴 {_name(incident)}: now all {one.total} pods are affected"
            return Message(shorten(told, PUSH), (Section(told),))
        case "again":
            why = one.cause.sentence if one.cause else "unknown"
            verb = "cannot be watched again" if incident.failure == "unreachable" else f"is failing again: {why}"
            told = f"🔴 {_name(incident)} {verb}"
            return Message(shorten(told, PUSH), (Section(told),))
        case "ended":
            told = _how_it_ended(incident)
            return Message(shorten(told, PUSH), (Section(told),))


# --- firing -----------------------------------------------------------------------------------------------------------


def _name(incident: Incident) -> str:
    return squeeze(incident.workload.name, 60)


def _where(incident: Incident) -> str:
    workload = incident.workload
    return f"{workload.cluster}/{workload.namespace}" if workload.namespace else workload.cluster


def _verb(incident: Incident) -> str:
    if incident.cause.code == "start":
        return "cannot start"
    return "is crashing" if incident.restarts > 1 or incident.looping else "crashed"


def _pods(count: int, total: int) -> str:
    if total > 1:
        return f"{count} of {total} pods"
    return f"{count} pod" if count == 1 else f"{count} pods"


def _restarts(incident: Incident) -> str:
    count, span = incident.restarts, incident.last - incident.opened
    told = "1 restart" if count == 1 else f"{count} restarts"
    return f"{told} in {duration(span)}" if count > 1 and span >= 1 else told


def _part_of(incident: Incident) -> str:
    """Which container, where it is not simply the one that is named like everything else."""
    if incident.role == "container" and (incident.container == incident.workload.name or not incident.container):
        return ""
    return f"{incident.role} {incident.container}"


def _firing(incident: Incident) -> Message:
    cause, evidence = incident.cause, incident.evidence
    name, why = _name(incident), cause.sentence
    verb = _verb(incident)
    if cause.code == "start":
        why = why.removeprefix("it cannot be started: ").removeprefix("it cannot be started")
    headline = f"🔴 {name} {verb}: {why}" if why else f"🔴 {name} {verb}"
    push = fit(
        f"🔴 {squeeze(_where(incident), 40)} {squeeze(incident.workload.name, 40)} {verb.removeprefix('is ')}: "
        f"{cause.brief or why or 'reason unknown'}",
        _pods(incident.affected, incident.total) if incident.total > 1 else "",
        _change_push(incident),
        _restarts(incident) if incident.restarts > 1 else "",
    )
    parts: list[Part] = [Section((Bold(shorten(headline, 300)),)), Context(_extent(incident))]
    if evidence and evidence.change:
        parts.append(Section(_change(evidence.change, incident.opened)))
    if others := _other_causes(incident):
        parts.append(Context(others))
    if around := _around(incident):
        parts.append(Context(around))
    if evidence and evidence.log:
        parts.append(Pre(evidence.log, title=_log_title(evidence)))
    if told := _absent(evidence):
        parts.append(Context(told))
    parts.append(Actions(buttons=_buttons(incident)))
    return Message(push, tuple(parts), "red")


def _extent(incident: Incident) -> tuple[Inline, ...]:
    workload = incident.workload
    kind = workload.slug + (" (by its pods' names)" if incident.workload_guessed else "")
    pieces = [
        workload.cluster + (f" / {workload.namespace}" if workload.namespace else ""),
        kind,
        _part_of(incident),
        _pods(incident.affected, incident.total),
        _restarts(incident),
    ]
    return (" · ".join(piece for piece in pieces if piece) + " · since ", Time(incident.opened, "date_time"))


def _change_push(incident: Incident) -> str:
    change = incident.evidence.change if incident.evidence else None
    if change is None or not 0 <= incident.opened - change.at <= 3600 or change.note:
        return ""
    return f"{duration(incident.opened - change.at)} after a change"


def _change(change: Change, opened: float) -> tuple[Inline, ...]:
    """``Changed 2 min before: image 1.41 → 1.42 (revision 18, by argocd)``."""
    by = f"revision {change.revision}" + (f", by {change.by}" if change.by else "")
    what = ", ".join(change.what)
    if change.note:
        by += f"; {change.note}"
    gap = opened - change.at
    if not change.at:
        head = "Last change: "
    elif gap < -1:
        head = f"Changed {duration(-gap)} after it began: "
    elif gap <= _OLD_CHANGE:
        head = f"Changed {duration(gap)} before: "
    else:
        return (Italic(f"Last change {duration(gap)} before: "), f"{what} ({by})")
    return (Bold(head), f"{what} ({by})")


def _other_causes(incident: Incident) -> str:
    others = {cause.sentence for cause in incident.causes.values() if cause.code != incident.cause.code}
    return "Also seen: " + "; ".join(sorted(others)) if others else ""


def _around(incident: Incident) -> str:
    """What the evidence says besides log and change, and how the cause is known when it is a guess."""
    evidence = incident.evidence
    pieces = []
    if evidence and evidence.usage:
        pieces.append(evidence.usage)
    if evidence and evidence.node:
        pieces.append(evidence.node)
    if incident.image:
        pieces.append(f"image {squeeze(incident.image.rpartition('/')[2], 60)}")
    if not incident.cause.sure and incident.cause.known_by:
        pieces.append(f"known only from {incident.cause.known_by}")
    told = " · ".join(pieces)
    return told[:1].upper() + told[1:]


def _log_title(evidence: Evidence) -> tuple[Inline, ...]:
    return (Code(squeeze(evidence.pod, 60)), f" / {evidence.container}, {evidence.log_of}")


def _absent(evidence: Evidence | None) -> str:
    if evidence is None:
        return "Logs, events and the last change are still being read."
    return " · ".join(told[0].upper() + told[1:] for told in evidence.missing)


def _buttons(incident: Incident) -> tuple[Button, ...]:
    workload = incident.workload
    where = f"-n {workload.namespace} --cluster {workload.cluster}"
    # The pod that the message speaks of: the workload's next pod may be a healthy one.
    logs = f"logs pod/{incident.pod} {where} -c {incident.container} --previous"
    if incident.cause.code == "start":
        return (Button("Describe", f"describe pod/{incident.pod} {where}"),)
    return (Button("Logs", logs), Button("Describe", f"describe {workload.slug} {where}"))


# --- ended ------------------------------------------------------------------------------------------------------------


def _how_it_ended(incident: Incident) -> str:
    name, after = _name(incident), duration(incident.ended - incident.opened)
    match incident.ending:
        case "steady" | "replaced":
            return f"✅ {name} recovered after {after}" + _well(incident)
        case "reachable":
            return f"✅ {name} is watched again after {after}; what was missed follows"
        case "deleted":
            return f"⚪ {name} was deleted {after} after it began to fail"
        case "scaled to 0":
            return f"⚪ {name} was scaled to 0 pods {after} after it began to fail"
        case "finished":
            return f"⚪ {name} has ended; it was failing for {after}"
        case _:
            return f"⚪ {name} was stopped on purpose; it did not crash"


def _well(incident: Incident) -> str:
    if incident.total > 1 and incident.ready >= incident.total:
        return f" · all {incident.total} pods are ready"
    if incident.ending == "steady":
        return f" · its {incident.role} has been running since"
    return " · replaced pods are available"


def _ended(incident: Incident) -> Message:
    told = _how_it_ended(incident)
    workload = incident.workload
    where = workload.cluster + (f" / {workload.namespace}" if workload.namespace else "")
    push = fit(f"{told.split(' · ')[0]}", squeeze(where, 50), incident.cause.brief)
    parts: list[Part] = [
        Section((Bold(told),)),
        Context(
            (
                f"{where} · {workload.slug} · {_restarts(incident)} · ",
                Time(incident.opened, "date_time"),
                " to ",
                Time(incident.ended, "date_time"),
            )
        ),
    ]
    if incident.ending != "planned":
        parts.append(Context(f"It failed because: {incident.cause.sentence}"))
    return Message(push, tuple(parts), "green" if incident.ending in RECOVERIES else "grey")


# --- a cluster that cannot be watched ---------------------------------------------------------------------------------


def _unreachable(incident: Incident) -> Message:
    cluster = incident.workload.cluster
    if incident.state == "ended":
        told = _how_it_ended(incident)
        span: tuple[Inline, ...] = (Time(incident.opened, "date_time"), " to ", Time(incident.ended, "date_time"))
        return Message(shorten(told, PUSH), (Section((Bold(told),)), Context(span)), "green")
    push = fit(f"🟠 {cluster} cannot be watched: its state is unknown", incident.cause.brief)
    told = f"🟠 {cluster} cannot be watched: its state is unknown"
    return Message(
        push,
        (
            Section((Bold(told),)),
            Context((f"{incident.cause.sentence} · since ", Time(incident.opened, "date_time"))),
            Context(
                "Nothing in it is known to be well or broken. Its alerts wait, and catch up when it can be seen again."
            ),
        ),
        "orange",
    )


# --- the thread -------------------------------------------------------------------------------------------------------


def _detail(one: Line) -> Message:
    """The whole evidence, for who wants to know more than the message says."""
    evidence, cause = one.evidence or Evidence(), one.cause
    parts: list[Part] = []
    if cause:
        known = f" (known from {cause.known_by})" if cause.known_by else ""
        parts.append(Section(f"{cause.sentence[0].upper()}{cause.sentence[1:]}{known}"))
        if cause.detail:
            parts.append(Pre(cause.detail, title="in full"))
    owners = " → ".join([f"pod/{evidence.pod}", *evidence.owners])
    parts.append(Context(owners + (f" · {evidence.node}" if evidence.node else "")))
    if evidence.log:  # the message itself shows only the newest, and none once it is over
        parts.append(Pre(evidence.log, title=_log_title(evidence)))
    if evidence.events:
        parts.append(Pre("\n".join(evidence.events), title="events"))
    return Message(shorten(f"Details: {cause.sentence if cause else owners}", PUSH), tuple(parts))
