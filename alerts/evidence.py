"""Reading what explains a failure, after its detection: log, events, usage, node, owners and the last change.

All at once, each with its own outcome: what has come by the time of the first message is in it, what comes later is
edited in, and what could not be read is said. Every text is redacted before it leaves here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from alerts import changes
from alerts.causes import memory, parse_bytes
from alerts.containers import find, lies_dead
from alerts.loglines import pick
from alerts.model import Cause, Change, Evidence, Finding
from alerts.owners import owner_of
from alerts.ports import Observed
from alerts.refine import about, refine, text_of
from bot.core.errors import Forbidden, KubeError, NotFound, Unreachable
from bot.core.objects import Event, Node, Pod
from bot.core.ports import Log, Reader
from bot.core.ref import BY_NAME, Ref
from bot.core.times import parse_time

_TAIL, _BYTES = 300, 128_000  # enough to find the first error of a crash; a chatty log is cut
_EVENTS = 5
_OF_POD = re.compile(r" in pod \S+_\S+\([0-9a-f-]{36}\)$")  # whose events they are is known
_WHAT = {
    "log": "the log",
    "events": "events",
    "node_events": "the node's events",
    "usage": "memory usage",
    "node": "the node",
    "owners": "the owners",
    "change": "the last change",
}


class Reading:
    """The evidence for one finding, while it is being read."""

    def __init__(self, finding: Finding, observed: Observed, reader: Reader, gate: asyncio.Semaphore) -> None:
        self.finding = finding
        self._observed = observed
        self._reader = reader
        self._gate = gate
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def start(self, limit: float, done: Callable[[], None]) -> None:
        """Begin to read; ``done`` is called when all has come or ``limit`` seconds are over."""
        finding = self.finding
        jobs: dict[str, Callable[[], Awaitable[Any]]] = {
            "events": lambda: self._reader.events(finding.object),
            "node": self._node,
            "owners": self._owners,
            "change": self._change,
        }
        if finding.cause.code != "start":
            jobs["log"] = self._log
        if finding.cause.code in ("oom", "signal-9"):
            jobs["usage"] = self._usage
        if finding.cause.code == "signal-9" and finding.node:
            jobs["node_events"] = lambda: self._reader.events(Ref(finding.object.cluster, "Node", "", finding.node))

        def one_done(_: asyncio.Task[Any]) -> None:
            if self.complete:
                done()

        for name, job in jobs.items():
            task = asyncio.create_task(self._limited(job, limit))
            self._tasks[name] = task
        for task in self._tasks.values():
            task.add_done_callback(one_done)

    async def _limited(self, job: Callable[[], Awaitable[Any]], limit: float) -> Any:
        async with asyncio.timeout(limit), self._gate:
            return await job()

    @property
    def complete(self) -> bool:
        return all(task.done() for task in self._tasks.values())

    async def stop(self) -> None:
        """Give up what has not come yet."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def result(self) -> tuple[Cause, Evidence]:
        """The refined cause and the evidence as far as they have come."""
        finding = self.finding
        missing: list[str] = []
        events = cast("Sequence[Event]", self._outcome("events", missing) or ())
        node_events = cast("Sequence[Event]", self._outcome("node_events", missing) or ())
        usage = cast("str | None", self._outcome("usage", missing))
        log, log_of = cast("tuple[str, str]", self._outcome("log", missing) or ("", ""))
        if "usage" in self._tasks and usage is None and not any(told.startswith(_WHAT["usage"]) for told in missing):
            missing.append(f"{_WHAT['usage']}: the metrics server has no reading")
        cause = refine(finding, events, node_events=node_events, usage=usage)
        if finding.cause.code == "start":
            missing.append("no log: the container never started")
        elif not log and not any(told.startswith("the log") for told in missing):
            missing.append("no log: the container wrote none" if log_of else "no log: it is gone with its container")
        return cause, Evidence(
            pod=finding.object.name,
            container=finding.container,
            log=log,
            log_of=log_of,
            events=_told(about(finding, events)),
            usage=self._used(usage),
            node=cast("str | None", self._outcome("node", missing)) or "",
            owners=cast("tuple[str, ...] | None", self._outcome("owners", missing)) or (),
            change=cast("Change | None", self._outcome("change", missing)),
            missing=tuple(missing),
        )

    def _outcome(self, name: str, missing: list[str]) -> Any:
        """What a part has yielded; why not goes to ``missing``."""
        task = self._tasks.get(name)
        if task is None:
            return None
        if not task.done():
            missing.append(f"{_WHAT[name]}: still being read")
            return None
        if task.cancelled():
            missing.append(f"{_WHAT[name]}: not read in time")
            return None
        error = task.exception()
        if error is None:
            return task.result()
        missing.append(f"{_WHAT[name]}: {self._why(error)}")
        return None

    def _why(self, error: BaseException) -> str:
        match error:
            case TimeoutError():
                return "not read in time"
            case Unreachable():
                return f"{self._reader.cluster}'s API server does not answer"
            case Forbidden():
                return "Watchkeeper may not read it in this cluster"
            case NotFound():
                return "it is gone"
            case KubeError():
                return f"the API server answered {error.status} {error.reason}".rstrip()
            case _:
                return f"reading failed ({type(error).__name__})"

    async def _log(self) -> tuple[str, str]:
        """The crashed container's lines and what they are. While it lies dead its log is the current one."""
        finding, before = self.finding, "before the crash"
        if finding.log_is_current:
            log = await self._read_log(previous=False)
            if log is not None and self._still_dead():
                return pick(log.text), before
        log = await self._read_log(previous=True)
        if log is not None:
            return pick(log.text), before
        log = await self._read_log(previous=False)
        if log is None:
            return "", ""
        still = finding.log_is_current and self._still_dead()
        return pick(log.text), before if still else "since the restart; the crash's own log is gone"

    def _still_dead(self) -> bool:
        """The container has not been started anew while its log was being read."""
        pod = self._observed.by_uid("Pod", self.finding.object.uid)
        one = find(pod, self.finding.container) if isinstance(pod, Pod) else None
        return one is None or (lies_dead(one.status) and one.status.restart_count == self.finding.count)

    async def _read_log(self, *, previous: bool) -> Log | None:
        """None where this container has no such log. (Kubernetes answers 400 or 404, some runtimes with a 200
        whose text says so.)"""
        where = self.finding.object
        try:
            log = await self._reader.log(
                where.namespace, where.name, self.finding.container, previous=previous, tail=_TAIL, limit_bytes=_BYTES
            )
        except (Unreachable, Forbidden):
            raise
        except KubeError:
            return None
        return None if log.text.startswith("unable to retrieve container logs for ") else log

    async def _usage(self) -> str | None:
        where = self.finding.object
        usage = await self._reader.usage(where.namespace, where.name)
        reading = (usage or {}).get(self.finding.container, {})
        ended = self.finding.terminated
        died, taken = parse_time(ended.finished_at) if ended else None, parse_time(reading.get("timestamp"))
        if died and taken and taken > died:
            return ""  # of the container that runs now: it says nothing about the one that was killed
        return reading.get("memory")

    def _used(self, usage: str | None) -> str:
        size = parse_bytes(usage) if usage else None
        if not size:
            return ""
        of = f" of {self.finding.limit}" if self.finding.limit else ""
        return f"memory was {memory(size)}{of} at the last reading"

    async def _node(self) -> str:
        name = self.finding.node
        if not name:
            return ""
        shown = name.partition(".")[0]  # ip-10-0-1-23.ap-northeast-2.compute.internal
        node = self._observed.get("Node", "", name)
        if not isinstance(node, Node):
            if self._observed.synced("Node"):
                return f"node {shown} is gone"
            conditions = ((await self._reader.get(BY_NAME["Node"], "", name)).get("status") or {}).get("conditions")
            told = {one.get("type", ""): one.get("status", "") for one in conditions or ()}
        else:
            told = {one.type: one.status for one in node.status.conditions or ()}
        if told.get("Ready") != "True":
            return f"node {shown} is not ready (Ready is {told.get('Ready', 'not known')})"
        pressure = [kind for kind, status in told.items() if kind.endswith("Pressure") and status == "True"]
        return f"node {shown} is under {', '.join(pressure)}" if pressure else f"node {shown} is fine"

    async def _owners(self) -> tuple[str, ...]:
        pod = self._observed.by_uid("Pod", self.finding.object.uid)
        if not isinstance(pod, Pod):
            return ()
        owner = owner_of(self._observed, pod)
        chain = [ref.slug for ref in owner.chain]
        if owner.guessed and owner.chain and owner.chain[0].kind in BY_NAME:
            direct = owner.chain[0]
            read = await self._reader.get(BY_NAME[direct.kind], direct.namespace, direct.name)
            above = next((one for one in read["metadata"].get("ownerReferences") or () if one.get("controller")), None)
            chain = [direct.slug]
            if above:
                chain.append(Ref(direct.cluster, above["kind"], direct.namespace, above["name"]).slug)
        return tuple(chain)

    async def _change(self) -> Change | None:
        workload = self.finding.workload
        if workload.kind not in ("Deployment", "Rollout", "StatefulSet", "DaemonSet"):
            return None
        whole = await self._reader.get(BY_NAME[workload.kind], workload.namespace, workload.name)
        uid = (whole.get("metadata") or {}).get("uid", "")
        selector = ((whole.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        kept = "ReplicaSet" if workload.kind in ("Deployment", "Rollout") else "ControllerRevision"
        found = await self._reader.list(BY_NAME[kept], workload.namespace, labels=labels)
        if kept == "ReplicaSet":
            revisions = changes.of_replicasets(found, uid)
        else:
            revisions = changes.of_controller_revisions(found, uid)
        return changes.last_change(whole, revisions, self._pod_revision(kept))

    def _pod_revision(self, kept: str) -> str:
        """The name of the ReplicaSet or ControllerRevision that the failing pod runs."""
        pod = self._observed.by_uid("Pod", self.finding.object.uid)
        if not isinstance(pod, Pod):
            return ""
        if kept == "ReplicaSet":
            return next((one.name for one in pod.metadata.owner_references or () if one.kind == kept), "")
        value = (pod.metadata.labels or {}).get("controller-revision-hash", "")
        # A DaemonSet's label is the bare hash, a StatefulSet's the whole name.
        return f"{self.finding.workload.name}-{value}" if value and "-" not in value else value


def _told(events: Sequence[Event]) -> tuple[str, ...]:
    """The newest events in words: ``BackOff (5 times): Back-off restarting failed container``."""
    told = []
    for event in events:
        if event.type == "Normal" and event.reason not in ("Killing", "SandboxChanged"):
            continue
        times = f" ({event.times} times)" if event.times > 1 else ""
        text = _OF_POD.sub("", text_of(event).replace("\n", " "))
        told.append(f"{event.reason}{times}: {text if len(text) <= 240 else text[:239] + '…'}")
    return tuple(told[-_EVENTS:])
