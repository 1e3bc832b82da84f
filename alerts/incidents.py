"""The state machine: findings open an incident, feed it, bring it back; judgement of the objects ends it. Pure.

Every step takes an incident and returns the next one, the very same object when nothing changed. Each thing that a
reader of the thread should be told is added to the story.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from alerts.model import Cause, Ending, Evidence, Finding, Incident, Line, Member
from alerts.refine import PLANNED
from bot.core.ref import Ref

# Followed one by one; beyond it an incident's record would outgrow the store's 400 KB.
MAX_MEMBERS = 500
MAX_CAUSES = 8


class Extent(msgspec.Struct, frozen=True):
    """Of the workload: how many pods there should be and how many are ready; 0 where nobody says."""

    total: int = 0
    ready: int = 0


def _replace(incident: Incident, **changes: Any) -> Incident:
    return msgspec.structs.replace(incident, **changes)


def make_id(workload: Ref, failure: str, now: float) -> str:
    """Opaque and short: it stands in store keys and in messages' metadata."""
    digest = hashlib.sha256(f"{workload.key}/{failure}/{now:.3f}".encode()).hexdigest()
    return f"{failure}-{digest[:16]}"


def lead(findings: Sequence[Finding]) -> Finding:
    """Whose cause comes first: the one seen most often, then the earliest."""
    return max(findings, key=lambda one: (one.restarts, -one.since, one.object.uid))


def open_incident(findings: Sequence[Finding], cause: Cause, extent: Extent, channel: str, now: float) -> Incident:
    """A new incident. ``cause`` is the first finding's, refined by what evidence came in time."""
    first = findings[0]
    incident = Incident(
        id=make_id(first.workload, first.failure, now),
        workload=first.workload,
        workload_guessed=first.workload_guessed,
        failure=first.failure,
        severity=first.severity,
        opened=min(one.since for one in findings),
        noticed=now,
        cause=cause,
        causes={first.raw: cause},
        channel=channel,
        **_shown(first),
    )
    return feed(incident, findings, extent, now, escalate=float("inf"))


def open_unreachable(cluster: Ref, cause: Cause, channel: str, since: float, now: float) -> Incident:
    """A cluster that gives no answer: an incident of its own kind."""
    return Incident(
        id=make_id(cluster, "unreachable", now),
        workload=cluster,
        failure="unreachable",
        severity="warning",
        opened=since,
        noticed=now,
        cause=cause,
        channel=channel,
    )


def _shown(lead: Finding) -> dict[str, Any]:
    """What the message says about the one container that it speaks of."""
    return {
        "container": lead.container,
        "role": lead.role,
        "pod": lead.object.name,
        "node": lead.node,
        "image": lead.image,
        "limit": lead.limit,
    }


def feed(before: Incident, findings: Sequence[Finding], extent: Extent, now: float, *, escalate: float) -> Incident:
    """Take in what holds now: members, counts, new causes, extent. Idempotent for the same findings."""
    incident = before
    members = {(one.uid, one.container): one for one in incident.members}
    if len(members) >= MAX_MEMBERS:  # make room: pods that have long been replaced
        members = {who: one for who, one in members.items() if one.held}
    restarts, last = incident.restarts, incident.last
    held = set()
    for finding in findings:
        who = (finding.object.uid, finding.container)
        known = members.get(who)
        if known is None and len(members) >= MAX_MEMBERS:
            continue
        held.add(who)
        counted = known.count if known else finding.count - finding.restarts
        restarts += max(0, finding.count - counted)
        last = max(last, finding.last)
        members[who] = Member(
            uid=finding.object.uid,
            pod=finding.object.name,
            container=finding.container,
            base=known.base if known else finding.count - finding.restarts,
            count=finding.count,
            first=known.first if known else finding.since,
            last=finding.last,
        )
    kept = tuple(
        one if one.held == (who in held) else msgspec.structs.replace(one, held=who in held)
        for who, one in members.items()
    )
    affected = len({uid for uid, _ in held})
    if held and incident.pod not in {members[who].pod for who in held}:  # that pod has been replaced
        now_shown = lead(findings)
        incident = _replace(incident, pod=now_shown.object.name, node=now_shown.node)
    after = _replace(
        incident,
        members=kept,
        restarts=restarts,
        last=last,
        affected=affected if held else incident.affected,
        total=max(extent.total, affected) if held else incident.total,
        looping=incident.looping or restarts > len(members) or any(one.looping for one in findings),
        calm_since=0.0 if findings else incident.calm_since,
    )
    if incident.affected and now - incident.noticed >= escalate and _spread(incident, after):
        line = Line(at=now, kind="spread", affected=after.affected, total=after.total, broadcast=True)
        after = _replace(after, story=(*after.story, line))
    return before if after == before else after


def _spread(before: Incident, after: Incident) -> bool:
    """It has come to hit every pod, and that was not told before."""
    told = any(line.kind == "spread" for line in before.story)
    return not told and before.affected < before.total and after.affected == after.total > 1


def new_cause(incident: Incident, findings: Sequence[Finding]) -> Finding | None:
    """A finding whose kind of cause this incident has not shown yet; evidence is to be read for it."""
    fresh = [one for one in findings if one.raw not in incident.causes]
    return lead(fresh) if fresh and len(incident.causes) < MAX_CAUSES else None


def add_cause(incident: Incident, finding: Finding, cause: Cause, evidence: Evidence | None, now: float) -> Incident:
    """The failure shows a new side: the headline follows, and the thread says so."""
    if cause.code == PLANNED:  # the failing pod is being replaced: that it was stopped is no failure
        return _replace(incident, causes={**incident.causes, finding.raw: incident.cause})
    after = _replace(incident, causes={**incident.causes, finding.raw: cause}, **_shown(finding))
    if (cause.code, finding.container) == (incident.cause.code, incident.container):
        return after  # the events showed it to be the same after all: an exit code that a probe's kill varied
    line = Line(at=now, kind="cause", cause=cause, evidence=evidence)
    return _replace(after, cause=cause, evidence=evidence or incident.evidence, story=(*incident.story, line))


def attach(
    incident: Incident, finding: Finding, cause: Cause, evidence: Evidence, now: float, *, whole: bool = True
) -> Incident:
    """Evidence has come: the message gets what there is, the thread gets it once it is ``whole``."""
    line = Line(at=now, kind="detail", cause=cause, evidence=evidence)
    return _replace(
        incident,
        cause=cause,
        causes={**incident.causes, finding.raw: cause},
        evidence=evidence,
        story=(*incident.story, line) if whole else incident.story,
    )


def reopen(incident: Incident, findings: Sequence[Finding], cause: Cause, extent: Extent, now: float) -> Incident:
    """It failed again soon after its recovery: the same message lives on, and the channel is told once more.

    A new message would tear one story apart, and a mere edit notifies nobody.
    """
    first = findings[0]
    back = again(_replace(incident, **_shown(first)), cause, now)
    back = feed(back, findings, extent, now, escalate=float("inf"))
    return _replace(back, causes={**back.causes, first.raw: cause}, evidence=None)


def again(incident: Incident, cause: Cause, now: float) -> Incident:
    """Back to firing, with a reply that the channel sees as well."""
    line = Line(at=now, kind="again", cause=cause, broadcast=True)
    return _replace(
        incident,
        state="firing",
        ended=0.0,
        ending="",
        calm_since=0.0,
        cause=cause,
        reopened=incident.reopened + 1,
        members=(),
        story=(*incident.story, line),
    )


def calm(incident: Incident, now: float) -> Incident:
    """Nothing is wrong any more; the time of calm begins, unless it has begun."""
    return incident if incident.calm_since else _replace(incident, calm_since=now)


def uncalm(incident: Incident) -> Incident:
    return _replace(incident, calm_since=0.0) if incident.calm_since else incident


def end(incident: Incident, ending: Ending, extent: Extent, now: float) -> Incident:
    """Recovered, or closed without a recovery: ``ending`` says which."""
    line = Line(at=now, kind="ended")
    return _replace(
        incident,
        state="ended",
        ended=now,
        ending=ending,
        members=(),
        total=extent.total or incident.total,
        ready=extent.ready,
        story=(*incident.story, line),
    )


def damped(quiet: float, reopened: int) -> float:
    """How much calm an incident needs that has come back so many times: doubled each time, at most an hour."""
    return min(quiet * float(2**reopened), max(quiet, 3600.0))
