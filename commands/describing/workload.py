"""What keeps pods running (Deployment, StatefulSet, DaemonSet, ReplicaSet, Rollout): how far it is, what stops it."""

from __future__ import annotations

from typing import Any

from bot.core.errors import KubeError, UserError
from bot.core.message import Fields, Part
from bot.core.ref import BY_NAME
from commands.describing._containers import spec_lines
from commands.describing._pods import pod_table, troubles
from commands.description import (
    Described,
    Describer,
    Json,
    Subject,
    bad_conditions,
    conditions,
    dig,
    events,
    fields,
    lines,
    metadata,
    rows,
    safe,
    table,
    warnings,
)
from commands.workloads import owner, pods_of, selector

_REVISION = "deployment.kubernetes.io/revision"
_ROLLOUT_REVISION = "rollout.argoproj.io/revision"


async def _describe(subject: Subject) -> Described:
    raw = subject.raw
    pods, missing = await _pods(subject)
    wanted, up = _counts(raw)
    parts: list[Part] = [Fields(_overview(subject, wanted))]
    parts += pod_table(subject, pods) if not missing else lines("Pods", [f"not read: {missing}"])
    parts += await _revisions(subject)
    for one in rows(raw, "spec", "template", "spec", "initContainers"):
        parts += lines(f"Init container {one.get('name')}", spec_lines(one))
    for one in rows(raw, "spec", "template", "spec", "containers"):
        parts += lines(f"Container {one.get('name')}", spec_lines(one))
    parts += [*conditions(subject), *events(subject), *metadata(subject)]
    age = subject.age(dig(raw, "metadata", "creationTimestamp"))
    state = f"{up} of {wanted} ready{_step(raw)}, {age} old"
    return Described(state, tuple(_wrong(subject, pods, wanted, up)), tuple(parts))


async def _pods(subject: Subject) -> tuple[list[dict[str, Any]], str]:
    try:
        return await pods_of(subject.raw, subject.ref, subject.reader), ""
    except (KubeError, UserError) as error:
        return [], str(error)


def _counts(raw: Json) -> tuple[int, int]:
    """Pods wanted and pods ready."""
    status = dig(raw, "status") or {}
    if "desiredNumberScheduled" in status or raw.get("kind") == "DaemonSet":
        return status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    wanted = dig(raw, "spec", "replicas")
    return 1 if wanted is None else wanted, status.get("readyReplicas", 0)


def _step(raw: Json) -> str:
    """How far a Rollout is: ``, paused at step 2 of 5``."""
    status = dig(raw, "status") or {}
    phase = str(status.get("phase") or "")
    steps, at = rows(raw, "spec", "strategy", "canary", "steps"), status.get("currentStepIndex")
    if phase not in {"Paused", "Progressing"}:
        return ""
    where = f" at step {at + 1} of {len(steps)}" if isinstance(at, int) and at < len(steps) else ""
    return f", {phase.lower()}{where}"


def _overview(subject: Subject, wanted: int) -> Any:
    raw = subject.raw
    spec, status = dig(raw, "spec") or {}, dig(raw, "status") or {}
    annotations = dig(raw, "metadata", "annotations") or {}
    updated = status.get("updatedReplicas", status.get("updatedNumberScheduled"))
    available = status.get("availableReplicas", status.get("numberAvailable", 0))
    total = status.get("replicas", status.get("currentNumberScheduled", 0))
    numbers = [f"{wanted} wanted", f"{total} there", f"{available} available"]
    if updated is not None:
        numbers.insert(1, f"{updated} updated")
    strategy = spec.get("strategy") or spec.get("updateStrategy") or {}
    rolling = dig(strategy, "rollingUpdate") or {}
    detail = ", ".join(f"{key} {value}" for key, value in sorted(rolling.items()))
    kind = strategy.get("type") or next((key for key in ("canary", "blueGreen") if key in strategy), "")
    return fields(
        ("Replicas", " · ".join(numbers)),
        ("Strategy", f"{kind} ({detail})" if detail else kind),
        ("Selector", selector(raw)),
        ("Revision", annotations.get(_REVISION) or annotations.get(_ROLLOUT_REVISION)),
        ("Phase", status.get("phase")),
        ("Ready for at least", f"{spec['minReadySeconds']} s" if spec.get("minReadySeconds") else None),
        ("Paused", "yes" if spec.get("paused") else None),
        ("Controlled by", f"{owner(raw).get('kind')}/{owner(raw).get('name')}" if owner(raw) else None),
    )


async def _revisions(subject: Subject) -> list[Part]:
    """The ReplicaSets of a Deployment or Rollout with their images: what changed."""
    if subject.ref.kind not in {"Deployment", "Rollout"} or not selector(subject.raw):
        return []
    try:
        found = await subject.reader.list(
            BY_NAME["ReplicaSet"], subject.ref.namespace, labels=selector(subject.raw), limit=100
        )
    except KubeError as error:
        return lines("Revisions", [f"not read: {error}"])
    mine = [one for one in found if owner(one).get("uid") == dig(subject.raw, "metadata", "uid")]
    mine.sort(key=_revision, reverse=True)
    body = [
        (
            str(_revision(one)),
            f"{dig(one, 'status', 'readyReplicas') or 0}/{dig(one, 'spec', 'replicas') or 0}",
            subject.age(dig(one, "metadata", "creationTimestamp")),
            ", ".join(str(spec.get("image", "")) for spec in rows(one, "spec", "template", "spec", "containers")),
        )
        for one in mine[:4]
    ]
    return table("Revisions", ("REVISION", "READY", "AGE", "IMAGES"), body)


def _revision(replica_set: Json) -> int:
    annotations = dig(replica_set, "metadata", "annotations") or {}
    text = str(annotations.get(_REVISION) or annotations.get(_ROLLOUT_REVISION) or "0")
    return int(text) if text.isascii() and text.isdigit() else 0


def _wrong(subject: Subject, pods: list[dict[str, Any]], wanted: int, up: int) -> list[str]:
    raw = subject.raw
    found = troubles(pods, subject.now)
    found += bad_conditions(subject, without=("Available",) if found else ())
    if dig(raw, "status", "phase") == "Degraded":
        found.insert(0, f"Degraded: {safe(dig(raw, 'status', 'message') or 'its controller does not say why')}")
    generation, observed = dig(raw, "metadata", "generation"), dig(raw, "status", "observedGeneration")
    if isinstance(generation, int) and str(observed or 0).isdigit() and int(observed or 0) < generation:
        found.append("Its last change has not been taken up by its controller yet.")
    if dig(raw, "spec", "paused"):
        found.append("It is paused: changes of its template are not rolled out.")
    if up < wanted and not found:
        found += [f"Only {up} of {wanted} pods are ready.", *warnings(subject, 2)]
    return found


DESCRIBER = Describer("workload", ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"), _describe)
