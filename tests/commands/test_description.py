"""The pieces of every description."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.message import Pre, plain
from bot.core.ref import Ref
from commands.description import Subject, conditions, dig, events, is_bad, lines, pairs, rows, table, warnings
from tests.commands.builders import NOW, event
from tests.fakes.reader import FakeReader


def subject(raw: dict[str, Any] | None = None, *happened: Any, missing: str = "") -> Subject:
    return Subject(Ref("prod", "Pod", "shop", "x"), raw or {}, FakeReader(), NOW, happened, missing)


@pytest.mark.parametrize(
    ("kind", "status", "reason", "bad"),
    [
        ("Ready", "True", "", False),
        ("Ready", "Unknown", "", True),
        ("MemoryPressure", "False", "", False),
        ("MemoryPressure", "Unknown", "", True),
        ("ReplicaFailure", "True", "FailedCreate", True),
        ("Failed", "True", "BackoffLimitExceeded", True),
        ("Progressing", "False", "ProgressDeadlineExceeded", True),
        ("Progressing", "False", "DeploymentPaused", False),
        ("ScalingLimited", "True", "TooFewReplicas", False),
        ("Complete", "True", "", False),
        ("PodScheduled", "False", "Unschedulable", True),
    ],
)
def test_which_conditions_tell_of_trouble(kind: str, status: str, reason: str, bad: bool) -> None:
    assert is_bad({"type": kind, "status": status, "reason": reason}) is bad


def test_bad_conditions_are_marked() -> None:
    raw = {"status": {"conditions": [{"type": "Ready", "status": "False"}, {"type": "Fine", "status": "True"}]}}
    [part] = conditions(subject(raw))
    assert isinstance(part, Pre)
    assert [line[:3] for line in part.text.splitlines()[1:]] == ["! R", "  F"]


def test_events_absent_unread_and_many() -> None:
    assert "none" in plain(events(subject())[0].text)  # type: ignore[union-attr]
    assert "not read: forbidden" in plain(events(subject(missing="forbidden"))[0].text)  # type: ignore[union-attr]
    many = [event("Pod", "x", f"R{i}", "m", 100 - i) for i in range(20)]
    [part] = events(subject(None, *many))
    assert isinstance(part, Pre)
    assert "8 older left out" in plain(part.title)
    assert [line.split() for line in part.text.splitlines()[1:3]] == [
        ["1", "min", "21", "s", "Warning", "R19", "m"],
        ["1", "min", "22", "s", "Warning", "R18", "m"],
    ]


def test_newest_warning_of_each_reason() -> None:
    happened = [event("Pod", "x", "BackOff", "old", 90), event("Pod", "x", "BackOff", "new", 10)]
    happened += [event("Pod", "x", "Pulled", "fine", 5, type="Normal")]
    assert warnings(subject(None, *happened)) == ["BackOff 10 s ago: new"]


def test_odd_json_breaks_nothing() -> None:
    assert dig({"a": [1]}, "a", "b") is None
    assert rows({"a": "text"}, "a") == []
    assert rows({"a": [1, {"b": 2}]}, "a") == [{"b": 2}]
    assert pairs(None) == ""
    assert pairs({"b": 1, "a": "password=x1"}) == "a=password=[redacted], b=1"
    assert lines("t", ["", ""]) == []
    assert table("t", ("A", "B"), []) == []


def test_a_cell_cannot_begin_a_new_row() -> None:
    [part] = table("t", ("A", "B"), [("x", "one\nforged row")])
    assert isinstance(part, Pre)
    assert len(part.text.splitlines()) == 2
