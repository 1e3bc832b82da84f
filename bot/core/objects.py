"""Narrow Kubernetes objects: the few fields that detectors read, decoded straight from the watch stream.

Every optional field may be absent or null: the API server omits empty ones, and aggregated or older servers send null.
``gc=False`` keeps tens of thousands of cached structs out of Python's cyclic collector; none of them can form a cycle.
Times stay RFC 3339 strings as the API sends them; ``bot.core.times`` reads them where they are needed.
"""

from __future__ import annotations

from typing import Any

import msgspec


class _Narrow(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Unknown fields are skipped, camelCase on the wire."""


class OwnerReference(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    kind: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    controller: bool | None = None


class ObjectMeta(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    name: str = ""
    namespace: str | None = None
    uid: str = ""
    resource_version: str = ""
    generation: int | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None


class Terminated(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """``state.terminated`` and ``lastState.terminated`` of a container."""

    exit_code: int = 0
    signal: int | None = None
    reason: str | None = None
    message: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    container_id: str | None = msgspec.field(default=None, name="containerID")


class Waiting(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    reason: str | None = None
    message: str | None = None


class Running(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    started_at: str | None = None


class ContainerState(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    terminated: Terminated | None = None
    waiting: Waiting | None = None
    running: Running | None = None


class ContainerStatus(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    name: str = ""
    ready: bool | None = None
    started: bool | None = None
    restart_count: int = 0
    image: str | None = None
    state: ContainerState | None = None
    last_state: ContainerState | None = None


class Resources(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Quantities as written: ``256Mi``, ``500m``; a number is possible in hand-written manifests."""

    limits: dict[str, str | int | float] | None = None
    requests: dict[str, str | int | float] | None = None


class Container(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """``restart_policy`` is ``Always`` on native sidecars (init containers only)."""

    name: str = ""
    image: str | None = None
    restart_policy: str | None = None
    resources: Resources | None = None


class PodSpec(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    node_name: str | None = None
    restart_policy: str | None = None
    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None


class Condition(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: str | None = None


class PodStatus(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    start_time: str | None = None
    conditions: tuple[Condition, ...] | None = None
    container_statuses: tuple[ContainerStatus, ...] | None = None
    init_container_statuses: tuple[ContainerStatus, ...] | None = None


class Pod(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class WorkloadSpec(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    replicas: int | None = None
    paused: bool | None = None


class WorkloadStatus(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """The union of what Deployment, StatefulSet, DaemonSet, ReplicaSet and Rollout report.

    ``observed_generation`` is an integer everywhere but on Rollouts, where it is a string.
    """

    observed_generation: int | str | None = None
    replicas: int | None = None
    updated_replicas: int | None = None
    ready_replicas: int | None = None
    available_replicas: int | None = None
    desired_number_scheduled: int | None = None
    number_ready: int | None = None
    number_available: int | None = None
    updated_number_scheduled: int | None = None
    conditions: tuple[Condition, ...] | None = None


class Workload(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Deployment, StatefulSet, DaemonSet, ReplicaSet or Rollout."""

    metadata: ObjectMeta = ObjectMeta()
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class JobStatus(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    active: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    conditions: tuple[Condition, ...] | None = None


class Job(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    metadata: ObjectMeta = ObjectMeta()
    status: JobStatus = JobStatus()


class NodeSpec(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    unschedulable: bool | None = None


class NodeStatus(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    conditions: tuple[Condition, ...] | None = None


class Node(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class ObjectReference(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: str | None = None
    field_path: str | None = None


class EventSeries(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    count: int | None = None
    last_observed_time: str | None = None


class EventSource(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    component: str | None = None
    host: str | None = None


class Event(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """A core/v1 Event. events.k8s.io emitters leave ``last_timestamp`` null and fill ``event_time`` or ``series``."""

    metadata: ObjectMeta = ObjectMeta()
    involved_object: ObjectReference = ObjectReference()
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: EventSeries | None = None
    source: EventSource | None = None
    reporting_component: str | None = None

    @property
    def last_seen(self) -> str:
        """When it last happened (RFC 3339), as ``kubectl events`` sorts; empty when nobody says."""
        series = self.series.last_observed_time if self.series else None
        return series or self.last_timestamp or self.event_time or self.metadata.creation_timestamp or ""

    @property
    def times(self) -> int:
        """How often it happened."""
        series = self.series.count if self.series else None
        return series or self.count or 1


class Meta(_Narrow, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Only the metadata of an object of any kind: enough to follow owners."""

    metadata: ObjectMeta = ObjectMeta()


# Which struct a watched kind is decoded into; a kind that is missing here is decoded into Meta.
STRUCTS: dict[str, Any] = {
    "Pod": Pod,
    "Deployment": Workload,
    "StatefulSet": Workload,
    "DaemonSet": Workload,
    "ReplicaSet": Workload,
    "Rollout": Workload,
    "Job": Job,
    "Node": Node,
    "Event": Event,
}

Object = Pod | Workload | Job | Node | Event | Meta
