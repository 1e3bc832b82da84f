"""Options of a log, and what they leave."""

from __future__ import annotations

import pytest

from bot.demo.kube.errors import ApiError
from bot.demo.kube.logs import LogOptions, body, options
from bot.demo.kube.ports import LogLine

LINES = [LogLine(100.0 + n, f"line {n}") for n in range(5)]


def test_the_newest_since_then_and_then_the_first_bytes_of_these() -> None:
    assert body(LINES, LogOptions("app", tail=2)) == b"line 3\nline 4\n"
    assert body(LINES, LogOptions("app", since=103.0)) == b"line 3\nline 4\n"
    assert body(LINES, LogOptions("app", tail=2, limit=8)) == b"line 3\nl"
    assert body(LINES, LogOptions("app", tail=0)) == b""
    assert body(LINES[:1], LogOptions("app", timestamps=True)) == b"1970-01-01T00:01:40.000000000Z line 0\n"


def test_one_of_several_containers_must_be_named() -> None:
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}, {"name": "b"}]}}
    with pytest.raises(ApiError) as caught:
        options({}, pod, 0.0)
    assert caught.value.message == "a container name must be specified for pod p, choose one of: [a b]"
    assert options({"container": "b", "sinceSeconds": "10"}, pod, 100.0).since == 90.0


def test_both_kinds_of_since_are_one_too_many() -> None:
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}}
    with pytest.raises(ApiError) as caught:
        options({"sinceSeconds": "3", "sinceTime": "2026-11-21T10:00:00Z"}, pod, 0.0)
    assert "at most one of `sinceTime` or `sinceSeconds`" in caught.value.message
