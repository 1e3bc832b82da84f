"""One watched cluster, and several of them in one process: what fails in one stays in that one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Self

from alerts.ports import WatchSink
from bot.adapters.kubernetes.access import Access, choose_access
from bot.adapters.kubernetes.cache import Cache
from bot.adapters.kubernetes.contact import PROBE, Contact, Later
from bot.adapters.kubernetes.read import KubeReader
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.adapters.kubernetes.transport import Transport
from bot.adapters.kubernetes.watch import Reflector
from bot.core.errors import Forbidden, KubeError, Unreachable
from bot.core.ref import BY_NAME, Kind

_log = logging.getLogger(__name__)

# What detectors look at. Events are fetched for what broke, not watched: on a busy cluster they outnumber pods.
WATCHED: tuple[Kind, ...] = tuple(
    BY_NAME[name] for name in ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Node", "Rollout")
)


class Cluster:
    """Its reader, what is observed of it, and the tasks that keep that current."""

    def __init__(
        self,
        settings: ClusterSettings,
        *,
        watch: WatchSettings | None = None,
        access: Access | None = None,
        later: Later | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = settings.name
        self.settings = settings
        self.transport = Transport(settings.name, access or choose_access(settings), watch)
        self.reader = KubeReader(self.transport)
        self.observed = Cache(settings.name)
        self.contact: Contact | None = None
        self.reflectors: list[Reflector] = []
        self._later = later
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    async def check(self) -> None:
        """Ask once whether it is there. Raises KubeError; 401 is Forbidden, a right missing for /readyz is not."""
        try:
            await self.transport.request("GET", "/readyz", timeout=self.transport.settings.request_timeout)
        except Forbidden as error:
            if error.status == 401:
                raise

    def start(self, sink: WatchSink, kinds: Sequence[Kind] = WATCHED) -> None:
        """Begin to watch; returns at once. A cluster that is away is told through the sink."""
        if self._tasks:
            raise RuntimeError(f"cluster {self.name} is watched already")
        after = self.transport.settings.unreachable_after
        self.contact = contact = Contact(self.name, sink, after=after, later=self._later, clock=self._clock)
        for kind in kinds:
            spaces = self.settings.namespaces if kind.namespaced and self.settings.namespaces else ("",)
            for space in spaces:
                self.reflectors.append(
                    Reflector(self.transport, kind, self.observed, sink, contact, namespace=space, clock=self._clock)
                )
        runs = [(reflector.name, reflector.run()) for reflector in self.reflectors]
        self._tasks = [asyncio.create_task(run, name=f"watch {name} of {self.name}") for name, run in runs]
        self._tasks.append(asyncio.create_task(self._probe(contact), name=f"probe of {self.name}"))

    async def stop(self) -> None:
        """End every task and close every connection; what was observed stays readable."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        for task, result in zip(tasks, await asyncio.gather(*tasks, return_exceptions=True), strict=True):
            if isinstance(result, Exception):
                _log.error("%s ended with %r", task.get_name(), result)
        if self.contact is not None:
            self.contact.stop()
        self.reflectors = []
        await self.transport.close()

    @property
    def synced(self) -> bool:
        """Every watched kind's first list has been taken in."""
        return bool(self.reflectors) and all(self.observed.synced(one.kind.name) for one in self.reflectors)

    @property
    def away(self) -> str:
        """Why its state is unknown; empty while it answers."""
        told = self.contact is not None and self.contact.told
        return f"cluster {self.name}: no answer: {self.contact.why}" if told and self.contact else ""

    @property
    def problems(self) -> list[str]:
        """What a person must do for the watch to be whole: missing rights, an API server that is away."""
        found = [one.problem for one in self.reflectors if one.problem]
        return [*found, self.away] if self.away else found

    async def _probe(self, contact: Contact) -> None:
        settings = self.transport.settings
        while True:
            try:
                await self.transport.request("GET", "/readyz", timeout=settings.probe_timeout)
            except Unreachable as error:
                contact.failed(PROBE, str(error))
            except KubeError:  # it answers, if only to say that we may not ask: that is contact
                contact.ok(PROBE)
            else:
                contact.ok(PROBE)
            await asyncio.sleep(settings.probe_every)


class Clusters:
    """All of them, by name, in the order of the configuration."""

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        self.by_name = {cluster.name: cluster for cluster in clusters}

    @classmethod
    def from_settings(cls, settings: Sequence[ClusterSettings], watch: WatchSettings | None = None) -> Self:
        return cls([Cluster(one, watch=watch) for one in settings])

    def start(self, sink: WatchSink) -> None:
        for cluster in self.by_name.values():
            cluster.start(sink)

    async def stop(self) -> None:
        await asyncio.gather(*(cluster.stop() for cluster in self.by_name.values()))

    def unready(self) -> str:
        """For readiness: which clusters' first lists are not in yet; one that is away does not hold up the others."""
        late = [cluster.name for cluster in self.by_name.values() if not cluster.synced and not cluster.problems]
        return f"first list of {', '.join(late)}" if late else ""
