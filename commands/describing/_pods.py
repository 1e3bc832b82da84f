"""Pods in a few words, for the descriptions of what owns or carries them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.core.message import Part
from bot.core.objects import Pod
from commands.choosing import Seen, containers, read_pod
from commands.description import Subject, safe, table

_ROWS = 15


def status(pod: Pod, now: float) -> str:
    """kubectl's STATUS column: the reason that matters most."""
    if pod.metadata.deletion_timestamp:
        return "Terminating"
    if pod.status.reason:
        return pod.status.reason
    seen = containers(pod, now)
    initial = next((one for one in seen if one.kind == "init container" and one.why != "completed"), None)
    if initial is not None and pod.status.phase == "Pending":
        reason = _reason(initial)
        return f"Init:{reason}" if reason and reason != "PodInitializing" else "Init"
    main = [reason for one in seen if one.kind != "init container" and (reason := _reason(one))]
    return main[0] if main else pod.status.phase or "Unknown"


def _reason(one: Seen) -> str:
    state = one.status.state
    if state and state.waiting:
        return state.waiting.reason or "Waiting"
    if state and state.terminated:
        return state.terminated.reason or f"ExitCode:{state.terminated.exit_code}"
    return ""


def ready(pod: Pod, now: float) -> tuple[int, int, int]:
    """Containers that are ready, containers that should be, and restarts."""
    counted = [one for one in containers(pod, now) if one.kind != "init container"]
    restarts = sum(one.status.restart_count for one in containers(pod, now))
    return sum(one.status.ready is True for one in counted), len(counted), restarts


def worst(pod: Pod, now: float) -> int:
    trouble = max((one.trouble for one in containers(pod, now)), default=0)
    return max(trouble, 4 if pod.status.phase in {"Failed", "Unknown"} else 0)


def troubles(raw: Iterable[dict[str, Any]], now: float) -> list[str]:
    """What is wrong with a set of pods, one sentence for each container and cause, the most frequent first."""
    pods = [read_pod(one) for one in raw]
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for pod in pods:
        for one in containers(pod, now):
            if one.trouble >= 3:
                found.setdefault((one.name, _cause(one)), []).append((pod.metadata.name, one.why))
        if pod.status.reason and pod.status.phase == "Failed":
            cause = f"{pod.status.reason}: {safe(pod.status.message or '')}"
            found.setdefault(("", pod.status.reason), []).append((pod.metadata.name, cause))
    ranked = sorted(found.items(), key=lambda item: -len(item[1]))
    return [
        f"{len(hits)} of {len(pods)} pods: {f'container {name}: ' if name else ''}{safe(hits[0][1])} ({hits[0][0]})"
        for (name, _), hits in ranked
    ]


def _cause(one: Seen) -> str:
    last = one.status.last_state.terminated if one.status.last_state else None
    return f"{_reason(one)}/{last.reason if last else ''}"


def pod_table(subject: Subject, raw: Sequence[dict[str, Any]], title: str = "Pods") -> list[Part]:
    """Pods as ``kubectl get pods`` prints them, those in trouble first."""
    now = subject.now
    pods = sorted((read_pod(one) for one in raw), key=lambda pod: -worst(pod, now))
    body = []
    for pod in pods[:_ROWS]:
        up, all_, restarts = ready(pod, now)
        mark = "! " if worst(pod, now) >= 3 else "  "
        age = subject.age(pod.metadata.creation_timestamp)
        node = (pod.spec.node_name or "none yet").partition(".")[0]  # ip-10-0-3-7 without its domain
        body.append((mark + pod.metadata.name, f"{up}/{all_}", status(pod, now), str(restarts), age, node))
    more = f", {len(pods) - _ROWS} more" if len(pods) > _ROWS else ""
    return table(f"{title} ({len(pods)}){more}", ("  NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE"), body)
