"""Which pod, which container and which of its logs a person means who asks for the logs of a workload.

The opposite of kubectl's choice on purpose: it takes the pod that is best, here the one in most trouble is wanted.
Pure; what was chosen and why is told in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from bot.core.objects import Container, ContainerState, ContainerStatus, Pod, Terminated
from bot.core.times import duration, parse_time

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_STARTING = {"ContainerCreating", "PodInitializing", ""}
_FRESH = 60.0  # seconds: a container that has just been restarted has not said yet why its predecessor died
_RECENT = 600.0  # seconds: a restart that is still news

Kind = Literal["container", "init container", "sidecar"]


class Seen(msgspec.Struct, frozen=True):
    """One container of a pod with its state. ``trouble`` is 0 for none and 5 for the worst."""

    name: str
    kind: Kind
    status: ContainerStatus
    trouble: int
    why: str
    failed_at: float = 0.0


class Chosen(msgspec.Struct, frozen=True):
    pod: Pod
    container: Seen
    why: str


def read_pod(raw: dict[str, Any]) -> Pod:
    return msgspec.convert(raw, Pod)


def containers(pod: Pod, now: float) -> list[Seen]:
    """All containers but debug ones, in the order of the spec: init containers and sidecars first."""
    spec, status = pod.spec, pod.status
    found: list[Seen] = []
    groups: tuple[tuple[Sequence[Container], Sequence[ContainerStatus], bool], ...] = (
        (spec.init_containers or (), status.init_container_statuses or (), True),
        (spec.containers or (), status.container_statuses or (), False),
    )
    for specs, statuses, is_init in groups:
        by_name = {one.name: one for one in statuses}
        for one in specs:
            kind: Kind = (
                "container" if not is_init else "sidecar" if one.restart_policy == "Always" else "init container"
            )
            found.append(_look(one.name, kind, by_name.get(one.name) or ContainerStatus(name=one.name), now))
    return found


def _look(name: str, kind: Kind, status: ContainerStatus, now: float) -> Seen:
    state = status.state or ContainerState()
    last = status.last_state.terminated if status.last_state else None
    restarts = f"{status.restart_count} restarts" if status.restart_count != 1 else "1 restart"
    if state.terminated:
        ended = state.terminated
        at = parse_time(ended.finished_at) or 0.0
        if ended.exit_code == 0 and kind != "sidecar":
            return Seen(name, kind, status, 0, "completed", 0.0)
        return Seen(name, kind, status, 5, f"{ended_in_words(ended, now)}, {restarts}", at)
    at = (parse_time(last.finished_at) if last else None) or 0.0
    lately = f"{ended_in_words(last, now)}, {restarts}" if last else restarts
    if state.waiting:
        reason = state.waiting.reason or ""
        if reason in _STARTING:
            return Seen(name, kind, status, 1 if last else 0, f"starting ({reason})" if reason else "starting", at)
        return Seen(name, kind, status, 5 if last else 4, f"{lately} ({reason})" if last else reason, at)
    if state.running and last and now - at < _RECENT:
        return Seen(name, kind, status, 4 if not status.ready else 2, lately, at)
    if state.running and not status.ready and kind != "init container":
        return Seen(name, kind, status, 3, f"not ready, {restarts}" if last else "not ready", at)
    return Seen(name, kind, status, 0, lately if last else "running", at)


def ended_in_words(ended: Terminated, now: float) -> str:
    """``OOMKilled 2 min ago``, ``exit code 1 (Error) 40 s ago``."""
    reason = ended.reason or ""
    what = reason if reason not in {"Error", ""} else f"exit code {ended.exit_code}"
    if reason == "Completed" and ended.exit_code == 0:
        what = "ended with exit code 0"
    at = parse_time(ended.finished_at)
    return f"{what} {duration(now - at)} ago" if at else what


def choose_container(pod: Pod, wanted: str, now: float) -> Seen | None:
    """The container asked for; else the one in most trouble; else kubectl's choice. None when there is none."""
    found = containers(pod, now)
    if wanted:
        return next((one for one in found if one.name == wanted), None)
    worst = max(found, key=lambda one: (one.trouble, one.failed_at), default=None)
    if worst is not None and worst.trouble >= 2:
        return worst
    annotated = (pod.metadata.annotations or {}).get(_DEFAULT_CONTAINER)
    main = [one for one in found if one.kind == "container"]
    return next((one for one in main if one.name == annotated), main[0] if main else None)


def choose_pod(pods: Iterable[Pod], wanted: str, now: float) -> Chosen | None:
    """The pod whose container is in most trouble, the latest failure first; among healthy ones the newest."""
    candidates = [
        Chosen(pod, one, "")
        for pod in pods
        if (one := choose_container(pod, wanted, now)) is not None and not pod.metadata.deletion_timestamp
    ]
    if not candidates:
        return None

    def rank(chosen: Chosen) -> tuple[int, float, int, float]:
        one = chosen.container
        born = parse_time(chosen.pod.metadata.creation_timestamp) or 0.0
        return (one.trouble, one.failed_at, one.status.restart_count, born)

    best = max(candidates, key=rank)
    count = len(candidates)
    if best.container.trouble == 0:
        why = "the only pod" if count == 1 else f"the newest of {count} pods, none of which is in trouble"
        return msgspec.structs.replace(best, why=why)
    same = sum(one.container.trouble == best.container.trouble for one in candidates)
    among = (
        "the only pod"
        if count == 1
        else f"the latest of {same} such pods, {count} in all"
        if same > 1
        else f"the worst of {count}"
    )
    return msgspec.structs.replace(best, why=f"{best.container.why} ({among})")


def wants_previous(one: Seen, now: float) -> tuple[bool, str]:
    """Whether the crash stands in the previous log, and why. While ``terminated``, it stands in the current one."""
    state = one.status.state or ContainerState()
    last = one.status.last_state.terminated if one.status.last_state else None
    if last is None:
        return False, ""
    if state.waiting:
        return True, f"the log before the crash: the container is waiting ({state.waiting.reason or 'to start'})"
    started = parse_time(state.running.started_at) if state.running else None
    if started is not None and now - started < _FRESH and (last.exit_code != 0 or last.reason == "OOMKilled"):
        return True, f"the log before the crash: the container was restarted {duration(now - started)} ago"
    return False, ""
