"""What the platform asks the bot (/livez, /readyz, /metrics), and the heartbeat that tells the outside that it lives.

Liveness follows the event loop: an answer at all is the proof. Readiness follows the parts that are registered here
(the Slack connection, the first list of a cluster). A part that is not ready is named in the answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

import aiohttp
import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.aiohttp import make_aiohttp_handler
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.core.times import Seconds

_log = logging.getLogger(__name__)

Check = Callable[[], str]
"""Answers what is not ready, in a few words; empty when all is well."""


class HealthSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    host: str = "0.0.0.0"  # noqa: S104 - the kubelet probes the pod's own address
    """Address to listen on."""
    port: int = 8080
    """0 picks a free port."""


class HeartbeatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: str = ""
    """Fetched (GET) while all is well, for example a dead man's switch; empty for none. It may contain a secret: it is
    never logged."""
    every: Seconds = Seconds(60)
    """How often. The outside watcher should allow two or three misses."""


class Sample(msgspec.Struct, frozen=True):
    """One number for /metrics. ``name`` without the ``watchkeeper_`` prefix; counters without ``_total``."""

    name: str
    value: float
    help: str
    labels: tuple[tuple[str, str], ...] = ()
    counter: bool = False


class _Samples:
    """A Prometheus collector over functions that tell samples when they are asked."""

    def __init__(self) -> None:
        self.sources: list[Callable[[], Iterable[Sample]]] = []

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for source in self.sources:
            for sample in source():
                family = families.get(sample.name)
                if family is None:
                    make = CounterMetricFamily if sample.counter else GaugeMetricFamily
                    names = [name for name, _ in sample.labels]
                    family = families[sample.name] = make(f"watchkeeper_{sample.name}", sample.help, labels=names)
                family.add_metric([value for _, value in sample.labels], sample.value)  # type: ignore[attr-defined]
        yield from families.values()


class Health:
    """The small HTTP server, and the registry of what readiness means."""

    def __init__(self, settings: HealthSettings) -> None:
        self._settings = settings
        self._checks: dict[str, Check] = {}
        self._samples = _Samples()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(self._samples)
        self.app = web.Application()
        self.app.router.add_get("/livez", self._livez)
        self.app.router.add_get("/readyz", self._readyz)
        self.app.router.add_get("/metrics", make_aiohttp_handler(self._registry))
        self._runner: web.AppRunner | None = None
        self.port = 0

    def require(self, name: str, check: Check) -> None:
        """Readiness needs ``check`` to answer with an empty string."""
        self._checks[name] = check

    def measure(self, source: Callable[[], Iterable[Sample]]) -> None:
        """Ask ``source`` for samples at every scrape."""
        self._samples.sources.append(source)

    def problems(self) -> list[str]:
        """What is not ready, one line each."""
        return [f"{name}: {why}" for name, check in self._checks.items() if (why := check())]

    async def start(self) -> None:
        self._runner = web.AppRunner(self.app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _livez(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        problems = self.problems()
        return web.Response(text="\n".join(problems or ["ok"]) + "\n", status=503 if problems else 200)


class Heartbeat:
    """Pings the URL while ``well`` answers with no problems; silence is the alarm."""

    def __init__(self, settings: HeartbeatSettings, well: Callable[[], list[str]]) -> None:
        self._settings = settings
        self._well = well
        self.sent = 0

    async def run(self) -> None:
        """Never returns; cancel it. A failed ping is logged and tried again at the next turn."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                problems = self._well()
                if problems:
                    _log.warning("heartbeat withheld: %s", "; ".join(problems))
                else:
                    await self._ping(session)
                await asyncio.sleep(self._settings.every)

    async def _ping(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get(self._settings.url) as response:
                if response.status < 400:
                    self.sent += 1
                else:
                    _log.warning("heartbeat answered HTTP %d", response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.warning("heartbeat failed: %s", type(error).__name__)  # the error's text would show the URL
