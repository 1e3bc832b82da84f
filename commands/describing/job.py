"""A Job: whether it got done, and what its pods died of."""

from __future__ import annotations

from typing import Any

from bot.core.errors import KubeError, UserError
from bot.core.message import Fields, Part
from commands.describing._containers import spec_lines
from commands.describing._pods import pod_table, troubles
from commands.description import (
    Described,
    Describer,
    Subject,
    bad_conditions,
    conditions,
    dig,
    events,
    fields,
    lines,
    metadata,
    rows,
)
from commands.workloads import owner, pods_of


async def _describe(subject: Subject) -> Described:
    raw = subject.raw
    spec, status = dig(raw, "spec") or {}, dig(raw, "status") or {}
    missing, pods = "", list[dict[str, Any]]()
    try:
        pods = await pods_of(raw, subject.ref, subject.reader)
    except (KubeError, UserError) as error:
        missing = str(error)
    done, failed, active = (status.get(key) or 0 for key in ("succeeded", "failed", "active"))
    wanted = spec.get("completions") or 1
    ended = status.get("completionTime")
    overview = fields(
        ("Completions", f"{done} of {wanted}, {active} running, {failed} failed"),
        ("Parallel", spec.get("parallelism")),
        ("Retries allowed", spec.get("backoffLimit")),
        ("Time limit", f"{spec['activeDeadlineSeconds']} s" if spec.get("activeDeadlineSeconds") else None),
        ("Started", f"{subject.age(status.get('startTime'))} ago" if status.get("startTime") else None),
        ("Completed", f"{subject.age(ended)} ago" if ended else None),
        ("Controlled by", f"{owner(raw).get('kind')}/{owner(raw).get('name')}" if owner(raw) else None),
        ("Suspended", "yes" if spec.get("suspend") else None),
    )
    parts: list[Part] = [Fields(overview)]
    parts += lines("Pods", [f"not read: {missing}"]) if missing else pod_table(subject, pods)
    for one in rows(raw, "spec", "template", "spec", "containers"):
        parts += lines(f"Container {one.get('name')}", spec_lines(one))
    parts += [*conditions(subject), *events(subject), *metadata(subject)]
    # Conditions of a Job that stands well are only there when it is complete.
    wrong = bad_conditions(subject, without=("Complete", "SuccessCriteriaMet", "Suspended"))
    if not _complete(subject):
        wrong += troubles(pods, subject.now)
    state = "complete" if _complete(subject) else f"{done} of {wanted} done, {failed} failed"
    return Described(state, tuple(wrong), tuple(parts))


def _complete(subject: Subject) -> bool:
    found = rows(subject.raw, "status", "conditions")
    return any(one.get("type") == "Complete" and one.get("status") == "True" for one in found)


DESCRIBER = Describer("job", ("Job",), _describe)
