"""The composition root: builds the whole bot from its configuration, starts it, and takes it down in order.

Tests build the same thing with a configuration that points at local servers; nothing is patched.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import IO, Any

from alerts.pipeline import Pipeline as Alerts
from alerts.pipeline import Source
from alerts.settings import by_detector
from bot.adapters.audit.journal import StoreJournal
from bot.adapters.audit.stream import StreamSink
from bot.adapters.health import Health, Heartbeat, Sample
from bot.adapters.kubernetes.cluster import Clusters
from bot.adapters.slack.adapter import Slack
from bot.adapters.store.sqlite import SqliteStore
from bot.config import Loaded
from bot.core.errors import SetupError, StoreError
from bot.startup import check_clusters
from commands.auditing import AuditLog
from commands.pipeline import Pipeline as Commands
from commands.policy import Policy
from commands.ports import AuditSink
from commands.registry import load_verbs

log = logging.getLogger(__name__)

STOP_WITHIN = 25.0
"""Seconds from SIGTERM to the end: Kubernetes sends SIGKILL after 30."""
_HANDLERS_SHARE = 15.0  # of those, for commands that still run (their own limit is 20 s, most take one)


class App:
    """The bot. ``start`` makes it work, ``stop`` drains it."""

    def __init__(
        self, loaded: Loaded, *, now: Callable[[], float] = time.time, audit_stream: IO[bytes] | None = None
    ) -> None:
        config, secrets = loaded.config, loaded.secrets
        self.config = config
        self.store = SqliteStore(config.store.sqlite, now)
        self.slack = Slack(
            config.slack,
            bot_token=secrets.bot_token,
            app_token=secrets.app_token,
            signing_secret=secrets.signing_secret,
        )
        self.clusters = Clusters.from_settings(config.clusters, config.watch)
        watched = self.clusters.by_name.values()
        self.alerts = Alerts(
            [Source(cluster.observed, cluster.reader) for cluster in watched],
            self.store,
            self.slack.messenger,
            channel=config.slack.channel,
            settings=config.incidents,
            detector_settings=by_detector(config.detectors),
            now=now,
        )
        sinks: list[AuditSink] = [StreamSink(audit_stream or sys.stdout.buffer)] if config.audit.stdout else []
        self.audit = AuditLog(StoreJournal(self.store), sinks, key=secrets.audit_key.encode(), now=now)
        self.commands = Commands(
            verbs=load_verbs(),
            readers={cluster.name: cluster.reader for cluster in watched},
            people=self.slack.people,
            store=self.store,
            policy=Policy(config.policy),
            audit=self.audit,
            settings=config.commands,
            command=config.slack.command,
            now=now,
        )
        self.health = Health(config.health)
        self.health.require("slack", lambda: "" if self.slack.connected else "not connected")
        self.health.require("clusters", self.clusters.unready)
        self.health.measure(self._samples)
        self.heartbeat = Heartbeat(config.heartbeat, self.unwell)
        self._failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []

    async def check(self) -> tuple[list[str], list[str]]:
        """What is wrong, and what is worth knowing: a sentence each."""
        slack, (problems, notes) = await asyncio.gather(self.slack.check(), check_clusters(self.clusters))
        return slack + problems, notes

    async def start(self) -> None:
        """Begin to watch and to answer. Raises StoreError when what an earlier run knew cannot be read."""
        await self.health.start()
        await self.alerts.start()
        self.clusters.start(self.alerts)
        self._keep("slack", self.slack.serve(self.commands.handle))
        self._keep("alerts", self.alerts.run())
        if self.config.heartbeat.url:
            self._keep("heartbeat", self.heartbeat.run())

    async def until(self, stop: asyncio.Event) -> None:
        """Wait for ``stop``. Raises what ended a part of the bot that it cannot do without."""
        waiting: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        done, _ = await asyncio.wait([waiting, self._failed], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._failed in done:
            await self._failed

    async def stop(self, within: float = STOP_WITHIN) -> None:
        """Take nothing new, finish what is under way, send what is due, then close. Never longer than ``within``."""
        until = time.monotonic() + within

        def left() -> float:
            return max(0.1, until - time.monotonic())

        try:
            cut = await self.slack.stop(min(_HANDLERS_SHARE, left()))
            if cut:
                log.warning("%d commands were cut off by the stop", cut)
            if not await self.alerts.stop(left() - 1.0):
                log.warning("not everything could be sent; it will be at the next start")
        finally:  # whatever went wrong before: nothing stays open
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left()):
                    await self.clusters.stop()
            await self.health.stop()
            await self.close()

    async def close(self) -> None:
        """Close what the constructor opened; all that a start that was broken off needs."""
        await self.slack.close()
        for cluster in self.clusters.by_name.values():
            await cluster.transport.close()
        await self.store.close()

    def _keep(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """A task that runs as long as the bot; its failure ends the bot, with its reason."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) and not self._failed.done():
            self._failed.set_exception(error)

    def unwell(self) -> list[str]:
        """What keeps the heartbeat silent: anything that keeps us from telling what breaks."""
        problems = self.health.problems()
        return problems + [cluster.away for cluster in self.clusters.by_name.values() if cluster.away]

    def _samples(self) -> Iterable[Sample]:
        yield Sample("slack_connected", float(self.slack.connected), "1 while Slack can reach the bot")
        yield Sample("incidents_firing", self.alerts.firing, "Open incidents")
        waiting = "Incidents that Slack does not show as they are now"
        yield Sample("deliveries_waiting", self.alerts.notifier.waiting, waiting)
        for cluster in self.clusters.by_name.values():
            label = (("cluster", cluster.name),)
            yield Sample("cluster_synced", float(cluster.synced), "1 once every first list is in", label)
            yield Sample("cluster_problems", len(cluster.problems), "What keeps the watch from being whole", label)
            for reflector in cluster.reflectors:
                kind = (*label, ("kind", reflector.kind.name))
                count = cluster.observed.count(reflector.kind.name)
                yield Sample("observed_objects", count, "Objects in the cache", kind)


@contextlib.asynccontextmanager
async def running(loaded: Loaded, **edges: Any) -> AsyncIterator[App]:
    """The bot, checked and started; stopped at the end. Raises SetupError with every problem."""
    app = App(loaded, **edges)
    try:
        problems, notes = await app.check()
    except BaseException:
        await app.close()
        raise
    if problems:
        await app.close()
        raise SetupError(problems)
    for note in notes:
        log.warning("%s", note)
    try:
        await app.start()
        yield app
    finally:
        await app.stop()


async def run(loaded: Loaded) -> int:
    """``watchkeeper run``: until SIGTERM or SIGINT. Raises SetupError when Slack will not have us any more."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        async with running(loaded) as app:
            log.info("watching %s, answering %s", ", ".join(app.clusters.by_name), app.config.slack.command)
            await app.until(stop)
            log.info("stopping: finishing what is under way, within %d s", STOP_WITHIN)
    except StoreError as error:
        raise SetupError([f"store: {error}"]) from error
    return 0


async def check(loaded: Loaded) -> int:
    """``watchkeeper check``: 0 when the bot would start, 1 otherwise; every finding on a line of its own."""
    app = App(loaded)
    try:
        problems, notes = await app.check()
    finally:
        await app.close()
    print(*[f"problem: {problem}" for problem in problems], *[f"note: {note}" for note in notes], sep="\n")
    if not problems:
        print(f"All is well: Slack answers, and so do {', '.join(app.clusters.by_name)}. Start it: watchkeeper run")
    return 1 if problems else 0
