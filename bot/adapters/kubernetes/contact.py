"""Is a cluster there? One answer from its watches and a probe, told when it changes.

A quiet watch proves nothing, so silence of the watches alone is no failure: the probe asks. The cluster is away when
the probe gets no answer or every watch fails, and that has lasted for the agreed time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from alerts.ports import WatchSink

_log = logging.getLogger(__name__)
PROBE = "probe"

Later = Callable[[float, Callable[[], None]], Any]
"""Runs a function after some seconds and answers a handle with ``cancel()``: the event loop's ``call_later``."""


class Contact:
    """Told by each source (a watch's name, or PROBE) how it fares."""

    def __init__(
        self,
        cluster: str,
        sink: WatchSink,
        *,
        after: float = 30.0,
        later: Later | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._sink = sink
        self._after = after
        self._later = later
        self._clock = clock
        self._watches: set[str] = set()
        self._essential: set[str] = set()
        self._failing: dict[str, str] = {}
        self._timer: Any = None
        self._recovery = asyncio.Event()
        self.told = False
        self.outages = 0  # told so far; a watch that began before the newest one is not taken for whole
        self.last_ok = 0.0

    def add(self, source: str, *, essential: bool = False) -> None:
        """``essential``: without this watch alone nothing true can be said of the cluster."""
        self._watches.add(source)
        if essential:
            self._essential.add(source)

    @property
    def away(self) -> bool:
        """We do not see it at this moment; ``told`` once that has lasted."""
        failing = self._failing.keys()
        every = bool(self._watches) and self._watches <= failing
        return PROBE in failing or every or bool(self._essential & failing)

    @property
    def why(self) -> str:
        first = [self._failing[source] for source in (PROBE, *sorted(self._essential)) if source in self._failing]
        return next(iter([*first, *self._failing.values()]), "")

    def ok(self, source: str) -> None:
        self.last_ok = self._clock()
        was_away = self.away
        if self._failing.pop(source, None) is None or not was_away or self.away:
            return
        self._recovery.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.told:
            self.told = False
            _log.info("cluster %s answers again", self._cluster)
            self._sink.reachable(self._cluster)

    def failed(self, source: str, why: str) -> None:
        self._failing[source] = why
        if self.away and self._timer is None and not self.told:
            later = self._later or asyncio.get_running_loop().call_later
            self._timer = later(self._after, self._tell)

    def _tell(self) -> None:
        self._timer = None
        if self.away and not self.told:
            self.told = True
            self.outages += 1
            _log.warning("cluster %s gives no answer: %s", self._cluster, self.why)
            self._sink.unreachable(self._cluster, self.why)

    async def rest(self, seconds: float) -> None:
        """Sleep, but wake when the cluster comes back: what waits for it need not sit out a long backoff."""
        self._recovery.clear()
        with suppress(TimeoutError):
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the event.
            async with asyncio.timeout(seconds):
                await self._recovery.wait()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
