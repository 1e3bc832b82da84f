"""Kubernetes' time stamps are read, durations are written as people say them."""

from __future__ import annotations

import pytest

from bot.core.times import duration, format_time, parse_duration, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-21T08:00:00Z", 1795248000.0),
        ("2026-11-21T08:00:00.250000Z", 1795248000.25),
        ("2026-11-21T17:00:00+09:00", 1795248000.0),
        ("2026-11-21T08:00:00", 1795248000.0),
        (None, None),
        ("", None),
        ("soon", None),
    ],
)
def test_parse_time(text: str | None, seconds: float | None) -> None:
    assert parse_time(text) == seconds


def test_format_time_is_utc_with_milliseconds() -> None:
    assert format_time(1795248000.25) == "2026-11-21T08:00:00.250Z"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (100, "1 min 40 s"),
        (19 * 60 + 20, "19 min"),
        (3600, "1 h"),
        (3 * 3600 + 20 * 60, "3 h 20 min"),
        (86400, "1 day"),
        (2 * 86400 + 4 * 3600, "2 days 4 h"),
    ],
)
def test_duration(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("2d", 172800), ("1.5h", 5400)]
)
def test_parse_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "5 m", "m", "-5m", "10x"])
def test_unclear_durations_are_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="write 90s"):
        parse_duration(text)
