"""What a bench says: one line per figure, carried from its own process to the table as JSON."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """``target`` None: nothing was promised. ``beside`` compares with something measured in the same run."""

    what: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["more", "less"] = "less"
    beside: str = ""


def report(*figures: Figure) -> None:
    """To standard output, one JSON line each: the table's side reads them."""
    for figure in figures:
        print(msgspec.json.encode(figure).decode(), flush=True)


def read(line: str) -> Figure | None:
    """None for a line that is something else."""
    try:
        return msgspec.json.decode(line, type=Figure)
    except msgspec.DecodeError:
        return None


def say(line: str) -> None:
    """Progress, beside the figures."""
    print(f"{time.strftime('%H:%M:%S')}  {line}", file=sys.stderr, flush=True)


def attempt(measure: Callable[[], None]) -> int:
    """The exit status of a bench. Why it could not run is its last line; a fault of ours is also shown where it is."""
    try:
        measure()
    except Exception as error:
        if not isinstance(error, (RuntimeError, TimeoutError)):
            traceback.print_exc()
        print(" ".join(str(error).split())[:500] or type(error).__name__)
        return 1
    return 0


def number(value: float) -> str:
    """Three digits that mean something, thousands apart."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def verdict(figure: Figure) -> str:
    """How far from the target; never an error, machines differ."""
    if figure.target is None:
        return ""
    kept = figure.value >= figure.target if figure.better == "more" else figure.value <= figure.target
    bound = "at least" if figure.better == "more" else "at most"
    return f"{bound} {number(figure.target)}: {'kept' if kept else 'MISSED'}"


def table(figures: Iterable[Figure]) -> str:
    """Columns that a person reads from left to right."""
    rows = [("what", "figure", "target", "in this run")]
    rows += [(one.what, f"{number(one.value)} {one.unit}".strip(), verdict(one), one.beside) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies, taken from the values themselves."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Processor, cores, memory and how busy they are: figures mean nothing without them."""
    cpus = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in cpus if line.startswith("model name")), "unknown")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Python {python}; {load()}"


def load() -> str:
    return "load " + " ".join(f"{each:.1f}" for each in os.getloadavg())
