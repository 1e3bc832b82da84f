"""Reading a pod's containers: which there are, in which role, and whether one has been well for long enough. Pure.

Ephemeral containers are left out on purpose: they are debug shells, and a person's ``exit 1`` is nobody's alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from bot.core.objects import Container, ContainerStatus, Pod, Terminated
from bot.core.times import parse_time

Role = Literal["container", "init container", "sidecar"]


class One(NamedTuple):
    """One container: its status, its role and its part of the spec (None when the cache has none)."""

    status: ContainerStatus
    role: Role
    spec: Container | None


def statuses(pod: Pod) -> Iterator[ContainerStatus]:
    """Every container that may restart, init containers and native sidecars included."""
    yield from pod.status.container_statuses or ()
    yield from pod.status.init_container_statuses or ()


def find(pod: Pod, name: str) -> One | None:
    for status in pod.status.container_statuses or ():
        if status.name == name:
            return One(status, "container", _spec(pod.spec.containers, name))
    for status in pod.status.init_container_statuses or ():
        if status.name == name:
            spec = _spec(pod.spec.init_containers, name)
            role: Role = "sidecar" if spec and spec.restart_policy == "Always" else "init container"
            return One(status, role, spec)
    return None


def _spec(containers: tuple[Container, ...] | None, name: str) -> Container | None:
    return next((one for one in containers or () if one.name == name), None)


def last_end(status: ContainerStatus) -> Terminated | None:
    """How it last ended: the present state when it lies dead, else the state before."""
    if status.state and status.state.terminated:
        return status.state.terminated
    return status.last_state.terminated if status.last_state else None


def lies_dead(status: ContainerStatus) -> bool:
    """The container that crashed is still the current one: its log is the current log."""
    return bool(status.state and status.state.terminated)


def waiting_for(status: ContainerStatus) -> str:
    return (status.state.waiting.reason or "") if status.state and status.state.waiting else ""


def well_since(pod: Pod, one: One) -> float | None:
    """Since when it has been well (epoch seconds by the node's clock); None while it is not.

    Running, and ready where the kubelet reports it; an init container is well when it has completed.
    """
    state = one.status.state
    if state is None:
        return None
    if one.role == "init container":
        if state.terminated and state.terminated.exit_code == 0:
            return parse_time(state.terminated.finished_at) or 0.0
        return None
    if pod.spec.restart_policy != "Always" and state.terminated and state.terminated.exit_code == 0:
        return parse_time(state.terminated.finished_at) or 0.0  # the run of a Job is done
    if state.running is None or one.status.ready is False:
        return None
    since = parse_time(state.running.started_at) or 0.0
    for condition in pod.status.conditions or ():
        if condition.type == "ContainersReady" and condition.status == "True":
            since = max(since, parse_time(condition.last_transition_time) or 0.0)
    return since
