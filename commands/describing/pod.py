"""A pod: why it does not run, its containers with their states, where it runs and what happened to it."""

from __future__ import annotations

from typing import Any

from bot.core.errors import KubeError
from bot.core.message import Fields, Part
from bot.core.objects import Pod, Terminated
from commands.choosing import Seen, containers, ended_in_words, read_pod
from commands.describing._containers import spec_lines
from commands.describing._pods import ready, status
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
    pairs,
    rows,
    safe,
    warnings,
)
from commands.workloads import owner


async def _describe(subject: Subject) -> Described:
    raw = subject.raw
    pod = read_pod(raw)
    up, count, restarts = ready(pod, subject.now)
    try:
        usage = await subject.reader.usage(subject.ref.namespace, subject.ref.name) or {}
    except KubeError:
        usage = {}  # a metrics server that does not answer is not what was asked about
    state = f"{status(pod, subject.now)}, {up} of {count} ready, {restarts} restarts, {_age(subject)} old"
    parts: list[Part] = [Fields(_overview(raw))]
    for one in containers(pod, subject.now):
        spec = _spec(raw, one)
        title = f"{one.kind.capitalize()} {one.name}"
        parts += lines(title, [*_state_lines(subject, one), *spec_lines(spec, usage.get(one.name))])
    parts += conditions(subject)
    parts += lines("Volumes", [f"{one.get('name')}: {_volume(one)}" for one in rows(raw, "spec", "volumes")])
    parts += [*events(subject), *metadata(subject)]
    return Described(state, tuple(_wrong(subject, pod)), tuple(parts))


def _age(subject: Subject) -> str:
    return subject.age(dig(subject.raw, "metadata", "creationTimestamp"))


def _overview(raw: dict[str, Any]) -> Any:
    controller = owner(raw)
    spec, state = raw.get("spec") or {}, raw.get("status") or {}
    tolerations = rows(spec, "tolerations")
    return fields(
        ("Node", spec.get("nodeName") or "not scheduled"),
        ("IP", state.get("podIP")),
        ("Controlled by", f"{controller.get('kind')}/{controller.get('name')}" if controller else "nothing"),
        ("Phase", state.get("phase")),
        ("Service account", spec.get("serviceAccountName")),
        ("QoS", state.get("qosClass")),
        ("Priority", spec.get("priorityClassName")),
        ("Node selector", pairs(spec.get("nodeSelector"))),
        ("Tolerations", ", ".join(sorted({str(one.get("key", "everything")) for one in tolerations}))),
    )[:10]


def _spec(raw: dict[str, Any], one: Seen) -> dict[str, Any]:
    everything = rows(raw, "spec", "initContainers") + rows(raw, "spec", "containers")
    return next((spec for spec in everything if spec.get("name") == one.name), {})


def _state_lines(subject: Subject, one: Seen) -> list[str]:
    state, last = one.status.state, one.status.last_state
    found: list[str] = []
    if state and state.waiting:
        # kubectl leaves the message out; it is often the only place where the reason stands.
        message = f": {safe(state.waiting.message)}" if state.waiting.message else ""
        found.append(f"State:      waiting, {state.waiting.reason or 'no reason'}{message}")
    elif state and state.terminated:
        found.append(f"State:      ended, {_ended(subject, state.terminated)}")
    elif state and state.running:
        found.append(f"State:      running for {subject.age(state.running.started_at)}")
    else:
        found.append("State:      not known yet")
    if last and last.terminated:
        found.append(f"Last state: {_ended(subject, last.terminated)}")
    found.append(f"Ready:      {'yes' if one.status.ready else 'no'}, {one.status.restart_count} restarts")
    return found


def _ended(subject: Subject, ended: Terminated) -> str:
    message = f": {safe(ended.message).strip()[:300]}" if ended.message else ""
    signal = f", signal {ended.signal}" if ended.signal else ""
    ran = subject.age(ended.started_at) if ended.started_at else "unknown"
    return f"{ended_in_words(ended, subject.now)}, exit code {ended.exit_code}{signal}, started {ran} ago{message}"


def _wrong(subject: Subject, pod: Pod) -> list[str]:
    found: list[str] = []
    if pod.metadata.deletion_timestamp:
        found.append(f"It is being deleted since {subject.age(pod.metadata.deletion_timestamp)}.")
    if pod.status.reason:
        found.append(f"{pod.status.reason}: {safe(pod.status.message or '')}")
    found += [
        f"{one.kind} {one.name}: {safe(one.why)}{_limit(subject, one)}{_waiting(one)}"
        for one in containers(pod, subject.now)
        if one.trouble >= 2
    ]
    if pod.status.phase != "Succeeded":
        # That a pod with a failing container is not ready says nothing new.
        repeated = ("Ready", "ContainersReady", "Initialized") if found else ("ContainersReady",)
        found += bad_conditions(subject, without=(*repeated, "PodReadyToStartContainers"))
    return found or warnings(subject, 2)


def _limit(subject: Subject, one: Seen) -> str:
    ended = [state.terminated for state in (one.status.state, one.status.last_state) if state and state.terminated]
    limit = dig(_spec(subject.raw, one), "resources", "limits", "memory")
    if not any(end.reason == "OOMKilled" for end in ended):
        return ""
    return f", memory limit {limit}" if limit else ", no memory limit of its own"


def _waiting(one: Seen) -> str:
    state = one.status.state
    return f" ({safe(state.waiting.message)})" if state and state.waiting and state.waiting.message else ""


def _volume(one: dict[str, Any]) -> str:
    for key, label in (("configMap", "ConfigMap"), ("secret", "Secret"), ("persistentVolumeClaim", "PVC")):
        source = one.get(key)
        if isinstance(source, dict):
            return f"{label} {safe(source.get('name') or source.get('secretName') or source.get('claimName') or '')}"
    kinds = [key for key in one if key != "name"]
    return kinds[0] if kinds else "emptyDir"


DESCRIBER = Describer("pod", ("Pod",), _describe)
