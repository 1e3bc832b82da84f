"""Times and durations: reading Kubernetes' time stamps, writing durations as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def parse_time(text: str | None) -> float | None:
    """RFC 3339 (``2026-11-21T08:00:00Z``, fractions allowed) -> epoch seconds; None for empty or unreadable."""
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


def format_time(seconds: float) -> str:
    """Seconds since the epoch -> RFC 3339 in UTC with milliseconds, for logs and audit records."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3 h 20 min``, ``2 days 4 h``: two units at the most, nothing below a second."""
    total = max(0, round(seconds))
    if total < _MINUTE:
        return f"{total} s"
    if total < _HOUR:
        minutes, rest = divmod(total, _MINUTE)
        return f"{minutes} min {rest} s" if rest and minutes < 3 else f"{minutes} min"
    if total < _DAY:
        hours, rest = divmod(total, _HOUR)
        return f"{hours} h {rest // _MINUTE} min" if rest >= _MINUTE else f"{hours} h"
    days, rest = divmod(total, _DAY)
    head = "1 day" if days == 1 else f"{days} days"
    return f"{head} {rest // _HOUR} h" if rest >= _HOUR else head


_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")


class Seconds(float):
    """A length of time in a setting, written ``90s``, ``10m``, ``1h30m``, ``2d``; a bare number is refused."""

    __slots__ = ()


def parse_duration(text: str) -> Seconds:
    """``1h30m`` -> 5400.0. Units: ms, s, m, h, d, w. Raises ValueError that says what is allowed."""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration: write 90s, 10m, 1h30m or 2d")
    return Seconds(sum(float(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text)))
