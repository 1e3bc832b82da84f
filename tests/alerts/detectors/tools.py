"""Two table helpers for detectors: what must stay silent, then what must be told.

A case is a history of one object: each version as it was observed, the clock at each. ``silent`` asserts that nothing
was found at its end, ``found`` returns what was.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.model import Detector, DetectorSettings, Finding, Seen
from alerts.restarts import Ledger
from bot.core.objects import Object, Pod
from tests.alerts.tools import T0, Clock, FakeObserved
from tests.fakes.store import MemoryStore

QUIET = 300.0

# (seconds after T0, the object as it then was)
History = Sequence[tuple[float, Pod]]


def found(
    detector: Detector,
    history: History,
    *others: tuple[str, Object],
    settings: DetectorSettings | None = None,
    settled: bool = False,
) -> list[Finding]:
    """What the detector finds at the end of this history. ``others`` are what else is in the cache, by kind.

    ``settled``: all of its restarts have been told before.
    """
    clock, observed = Clock(), FakeObserved()
    for kind, one in others:
        observed.objects[kind, one.metadata.namespace or "", one.metadata.name] = one
    ledger = Ledger("prod", MemoryStore(clock), clock)
    ledger.listed(lambda _: True)
    for seconds, pod in history:
        clock.time = T0 + seconds
        observed.objects["Pod", pod.metadata.namespace or "", pod.metadata.name] = pod
        ledger.observe(pod)
    pod = history[-1][1]
    for rise in list(ledger.rises.get(pod.metadata.uid, {}).values()) if settled else ():
        ledger.settle(pod.metadata.uid, rise.container, rise.count)
    seen = Seen(
        cluster="prod",
        object=pod,
        observed=observed,
        rises=ledger.rises.get(pod.metadata.uid, {}),
        now=clock.time,
        quiet=QUIET,
    )
    return list(detector.detect(seen, settings or detector.settings()))


def silent(detector: Detector, history: History, *others: tuple[str, Object]) -> None:
    assert found(detector, history, *others) == []
