"""What runs in containers: a program decides once, at the start, what one run of a container will do."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec

from bot.demo.kube.ports import LogLine

Curve = Callable[[float], float]  # seconds since the start -> cores or bytes
_MAX_LINES = 20_000  # a node rotates logs; nobody reads further back
_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 1e3, "M": 1e6, "G": 1e9, "m": 1e-3}
MIB = 2**20


def quantity(value: Any) -> float:
    """``256Mi`` -> bytes, ``250m`` -> cores."""
    text = str(value)
    for unit, factor in _UNITS.items():
        if text.endswith(unit):
            return float(text[: -len(unit)]) * factor
    return float(text)


class Start(msgspec.Struct, frozen=True):
    """What a program knows when it starts. ``attempt``: 0 for the first run. ``random`` differs for each run."""

    pod: dict[str, Any]
    container: dict[str, Any]
    attempt: int
    now: float
    random: random.Random

    def memory_limit(self) -> float | None:
        limit = ((self.container.get("resources") or {}).get("limits") or {}).get("memory")
        return quantity(limit) if limit else None


def _steady_cpu(_seconds: float) -> float:
    return 0.004


def _steady_memory(_seconds: float) -> float:
    return 24.0 * MIB


class Run(msgspec.Struct, frozen=True):
    """One run. Times are seconds since its start.

    ``lines`` are written at their moments; ``talk(n)`` gives line n of an endless log, one each ``every`` seconds
    from ``talk_from`` on. ``exits`` None runs for ever. ``start_error``: the runtime cannot start it at all.
    ``unready_until``: when a readiness probe first succeeds. ``unhealthy_from``: when a liveness probe starts to fail,
    with ``probe_output``. ``stops_in``: how long it takes to stop on SIGTERM; None ignores it until the kill.
    """

    lines: tuple[tuple[float, str], ...] = ()
    talk: Callable[[int], str] | None = None
    every: float = 1.0
    talk_from: float = 0.0
    exits: float | None = None
    code: int = 0
    reason: str = ""
    start_error: str = ""
    unready_until: float = 0.0
    unhealthy_from: float | None = None
    probe_output: str = ""
    stops_in: float | None = 0.3
    stop_code: int = 143
    cpu: Curve = _steady_cpu
    memory: Curve = _steady_memory

    def written(self, started: float, until: float) -> list[LogLine]:
        """Every line written up to a moment, oldest first."""
        said = [LogLine(started + at, text) for at, text in self.lines if started + at <= until]
        if self.talk is not None:
            count = int((until - started - self.talk_from) / self.every) + 1 if until - started >= self.talk_from else 0
            first = max(0, count - _MAX_LINES)
            base = started + self.talk_from
            said += [LogLine(base + n * self.every, self.talk(n)) for n in range(first, count)]
            said.sort(key=lambda line: line.at)
        return said


Program = Callable[[Start], Run]


class Programs:
    """Which image runs what. An image nobody knows cannot be pulled."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, Program] = {}

    def add(self, image_prefix: str, program: Program) -> None:
        self._by_prefix[image_prefix] = program

    def find(self, image: str) -> Program | None:
        known = [prefix for prefix in self._by_prefix if image.startswith(prefix)]
        return self._by_prefix[max(known, key=len)] if known else None
