"""A cluster in memory, a clock that stands until moved, and the pipeline between them and a Slack in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from alerts.pipeline import Pipeline, Source
from alerts.settings import AlertSettings
from bot.core.errors import KubeError, NotFound
from bot.core.message import Actions, Context, Divider, Fields, Header, Message, Pre, Section, plain
from bot.core.objects import (
    Condition,
    Container,
    ContainerState,
    ContainerStatus,
    Event,
    Object,
    ObjectMeta,
    ObjectReference,
    OwnerReference,
    Pod,
    PodSpec,
    PodStatus,
    Resources,
    Running,
    Terminated,
    Waiting,
    Workload,
    WorkloadSpec,
    WorkloadStatus,
)
from bot.core.ports import Log, Store
from bot.core.ref import Kind, Ref
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryStore

T0 = 1_795_250_000.0


def at(seconds: float) -> str:
    """RFC 3339 of a moment after T0, in whole seconds as Kubernetes writes it."""
    return datetime.fromtimestamp(int(T0 + seconds), UTC).isoformat().replace("+00:00", "Z")


class Clock:
    def __init__(self) -> None:
        self.time = T0

    def __call__(self) -> float:
        return self.time


# --- objects ----------------------------------------------------------------------------------------------------------


def ended(code: int = 1, reason: str = "Error", *, start: float = -60, end: float = 0, message: str = "") -> Terminated:
    return Terminated(exit_code=code, reason=reason, started_at=at(start), finished_at=at(end), message=message or None)


def dead(how: Terminated, restarts: int = 1, name: str = "app") -> ContainerStatus:
    """Just crashed; the container still lies there."""
    return ContainerStatus(name=name, ready=False, restart_count=restarts, state=ContainerState(terminated=how))


def backing_off(how: Terminated, restarts: int = 1, name: str = "app") -> ContainerStatus:
    return ContainerStatus(
        name=name,
        ready=False,
        restart_count=restarts,
        state=ContainerState(waiting=Waiting("CrashLoopBackOff", "back-off 10s restarting failed container")),
        last_state=ContainerState(terminated=how),
    )


def running(
    restarts: int = 0, *, since: float = 0, last: Terminated | None = None, ready: bool = True, name: str = "app"
) -> ContainerStatus:
    return ContainerStatus(
        name=name,
        ready=ready,
        restart_count=restarts,
        state=ContainerState(running=Running(at(since))),
        last_state=ContainerState(terminated=last) if last else None,
    )


def completed(restarts: int = 0, name: str = "app", *, end: float = 0) -> ContainerStatus:
    how = ended(0, "Completed", end=end)
    return ContainerStatus(name=name, ready=True, restart_count=restarts, state=ContainerState(terminated=how))


def pod(
    *statuses: ContainerStatus,
    name: str = "checkout-6d5f-x7k2p",
    uid: str = "",
    owner: tuple[str, str] | None = ("ReplicaSet", "checkout-6d5f"),
    init: Sequence[ContainerStatus] = (),
    sidecars: Iterable[str] = (),
    limit: str = "",
    deleted: bool = False,
    policy: str = "Always",
    namespace: str = "shop",
    phase: str = "Running",
    reason: str | None = None,
    conditions: tuple[Condition, ...] | None = None,
) -> Pod:
    resources = Resources(limits={"memory": limit}) if limit else None
    owners = (OwnerReference(owner[0], owner[1], f"uid-{owner[1]}", controller=True),) if owner else None
    return Pod(
        metadata=ObjectMeta(
            name=name,
            namespace=namespace,
            uid=uid or f"uid-{name}",
            owner_references=owners,
            labels={"pod-template-hash": "6d5f"},
            deletion_timestamp=at(0) if deleted else None,
        ),
        spec=PodSpec(
            node_name="ip-10-0-3-7",
            restart_policy=policy,
            containers=tuple(Container(one.name, "registry.test/shop/app:1.42", None, resources) for one in statuses),
            init_containers=tuple(
                Container(one.name, "registry.test/shop/init:3", "Always" if one.name in set(sidecars) else None)
                for one in init
            ),
        ),
        status=PodStatus(
            phase=phase,
            reason=reason,
            container_statuses=statuses or None,
            init_container_statuses=tuple(init) or None,
            conditions=conditions,
        ),
    )


def workload(
    name: str = "checkout", replicas: int = 1, *, ready: int | None = None, updated: int | None = None
) -> Workload:
    ready = replicas if ready is None else ready
    return Workload(
        ObjectMeta(name=name, namespace="shop", uid=f"uid-{name}", generation=1),
        WorkloadSpec(replicas=replicas),
        WorkloadStatus(
            observed_generation=1,
            replicas=replicas,
            ready_replicas=ready,
            available_replicas=ready,
            updated_replicas=replicas if updated is None else updated,
        ),
    )


def replicaset(name: str = "checkout-6d5f", owner: tuple[str, str] | None = ("Deployment", "checkout")) -> Workload:
    owners = (OwnerReference(owner[0], owner[1], f"uid-{owner[1]}", controller=True),) if owner else None
    return Workload(ObjectMeta(name=name, namespace="shop", uid=f"uid-{name}", owner_references=owners))


def event(
    reason: str,
    message: str,
    *,
    uid: str = "uid-checkout-6d5f-x7k2p",
    container: str = "app",
    last: float = 0,
    kind: str = "Warning",
    count: int = 1,
) -> Event:
    path = f"spec.containers{{{container}}}" if container else None
    return Event(
        involved_object=ObjectReference("Pod", "shop", "checkout-6d5f-x7k2p", uid, path),
        type=kind,
        reason=reason,
        message=message,
        count=count,
        first_timestamp=at(last),
        last_timestamp=at(last),
    )


# --- ports ------------------------------------------------------------------------------------------------------------


class FakeObserved:
    """Observed: a dictionary."""

    def __init__(self, cluster: str = "prod") -> None:
        self.cluster = cluster
        self.objects: dict[tuple[str, str, str], Object] = {}
        self.watched_kinds = frozenset({"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Node"})
        self.synced_kinds = set(self.watched_kinds)

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        return self.objects.get((kind, namespace, name))

    def by_uid(self, kind: str, uid: str) -> Object | None:
        return next((one for key, one in self.objects.items() if key[0] == kind and one.metadata.uid == uid), None)

    def items(self, kind: str, namespace: str = "") -> Iterable[Object]:
        return [one for key, one in self.objects.items() if key[0] == kind and namespace in ("", key[1])]

    def watches(self, kind: str) -> bool:
        return kind in self.watched_kinds

    def synced(self, kind: str) -> bool:
        return kind in self.synced_kinds


class FakeReader:
    """Reader: answers from what the test put in; ``fail`` maps a method to what it raises, ``hang`` what is stuck."""

    def __init__(self, cluster: str = "prod") -> None:
        self.cluster = cluster
        self.logs: dict[tuple[str, str, bool], str] = {}
        self.told: list[Event] = []
        self.memory: dict[str, dict[str, str]] | None = None
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.fail: dict[str, Exception] = {}
        self.hang: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []

    async def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self.hang:
            await self.hang[what].wait()
        if what in self.fail:
            raise self.fail[what]

    async def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any]:
        await self._ask("get")
        if (kind.name, name) not in self.objects:
            raise NotFound(f"{kind.plural} {name!r} not found", status=404, reason="NotFound")
        return self.objects[kind.name, name]

    async def list(
        self, kind: Kind, namespace: str = "", *, labels: str = "", fields: str = "", limit: int = 500
    ) -> list[dict[str, Any]]:
        await self._ask("list")
        return self.lists.get(kind.name, [])

    async def events(self, ref: Ref) -> Sequence[Event]:
        await self._ask("events")
        return [one for one in self.told if one.involved_object.kind == ref.kind]

    async def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        previous: bool = False,
        since_seconds: int | None = None,
        tail: int | None = None,
        timestamps: bool = False,
        limit_bytes: int = 1_000_000,
    ) -> Log:
        await self._ask("log")
        if (pod, container, previous) not in self.logs:
            raise KubeError("previous terminated container not found", status=400, reason="BadRequest")
        return Log(self.logs[pod, container, previous], previous=previous)

    async def usage(self, namespace: str, pod: str) -> dict[str, dict[str, str]] | None:
        await self._ask("usage")
        return self.memory


# --- the pipeline as a whole ------------------------------------------------------------------------------------------


class Rig:
    """The pipeline over one cluster, driven by hand. ``restart`` is a new process over the same store and Slack."""

    def __init__(
        self, *, store: Store | None = None, messenger: Any = None, settings: AlertSettings | None = None
    ) -> None:
        self.clock = Clock()
        self.observed = FakeObserved()
        self.reader = FakeReader()
        self.store: Store = store or MemoryStore(self.clock)
        self.slack = FakeMessenger(self.clock)
        self.messenger = messenger or self.slack
        self.settings = settings or AlertSettings()
        self.pipeline = self._build()

    def _build(self) -> Pipeline:
        return Pipeline(
            [Source(self.observed, self.reader)],
            self.store,
            self.messenger,
            channel="#alerts",
            settings=self.settings,
            now=self.clock,
        )

    async def start(self, *objects: Object) -> None:
        """Start, with these in the cluster from the beginning."""
        await self.pipeline.start()
        for one in objects:
            self.put(one)
        self.listed()
        await self.step()

    async def restart(self) -> None:
        """The process dies (nothing is drained) and another one lists the cluster as it is now."""
        self.pipeline = self._build()
        await self.pipeline.start()
        for (kind, *_), one in list(self.observed.objects.items()):
            self.pipeline.changed("prod", kind, None, one)
        self.listed()
        await self.step()

    def listed(self) -> None:
        for kind in sorted(self.observed.synced_kinds):
            self.pipeline.listed("prod", kind)

    def put(self, one: Object) -> None:
        kind = _kind(one)
        key = (kind, one.metadata.namespace or "", one.metadata.name)
        old = self.observed.objects.get(key)
        self.observed.objects[key] = one
        self.pipeline.changed("prod", kind, old, one)

    def delete(self, one: Object) -> None:
        kind = _kind(one)
        self.observed.objects.pop((kind, one.metadata.namespace or "", one.metadata.name), None)
        self.pipeline.changed("prod", kind, one, None)

    async def step(self, seconds: float = 0, rounds: int = 3) -> None:
        """Move the clock, then as many rounds as it takes for evidence and sends to be done."""
        self.clock.time += seconds
        for _ in range(rounds):
            await self.pipeline.tick()
            for _ in range(12):
                await asyncio.sleep(0)
            await self.pipeline.notifier.settle()

    async def pass_time(self, seconds: float, every: float = 30) -> None:
        """Let time go by as the process would live it."""
        end = self.clock.time + seconds
        while self.clock.time < end:
            await self.step(min(every, end - self.clock.time), rounds=2)

    @property
    def told(self) -> list[str]:
        """What stands in the channel, as plain text."""
        return [show(one.message) for one in self.slack.messages]

    def thread(self, number: int = 0) -> list[str]:
        return [one.message.text for one in self.slack.replies(self.slack.messages[number])]


def _kind(one: Object) -> str:
    if isinstance(one, Pod):
        return "Pod"
    if isinstance(one, Workload):
        owners = one.metadata.owner_references or ()
        return "ReplicaSet" if owners else "Deployment"
    return type(one).__name__


def show(message: Message) -> str:
    """A message as a reader would see it, without colours: for snapshots."""
    lines = [f"push: {message.text}"]
    for part in message.parts:
        match part:
            case Section(text) | Context(text):
                lines.append(plain(text))
            case Pre(text, title):
                lines += [f"┌ {plain(title)}", *(f"│ {line}" for line in text.split("\n")), "└"]
            case Actions(buttons=buttons):
                lines.append(" ".join(f"[ {button.label} ]" for button in buttons))
            case Header(text):
                lines.append(text)
            case Fields(pairs):
                lines += [f"{label}: {plain(value)}" for label, value in pairs]
            case Divider():
                lines.append("---")
    return "\n".join(lines)
