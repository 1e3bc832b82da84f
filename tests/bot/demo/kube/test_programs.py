"""Logs are computed when they are read."""

from __future__ import annotations

import pytest

from bot.demo.kube.programs import Programs, Run, quantity


def test_lines_come_at_their_moments() -> None:
    run = Run(lines=((0.5, "begin"),), talk=lambda n: f"line {n}", every=2.0, talk_from=1.0)
    assert [line.text for line in run.written(100.0, 100.4)] == []
    assert [(line.at, line.text) for line in run.written(100.0, 103.5)] == [
        (100.5, "begin"),
        (101.0, "line 0"),
        (103.0, "line 1"),
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("256Mi", 268435456), ("250m", 0.25), (2, 2), ("1G", 1e9), ("1930m", 1.93)]
)
def test_quantities(text: str | int, value: float) -> None:
    assert quantity(text) == pytest.approx(value)


def test_the_longest_prefix_wins() -> None:
    programs, one, two = Programs(), lambda _start: Run(), lambda _start: Run()
    programs.add("r/a", one)
    programs.add("r/a:2", two)
    assert (programs.find("r/a:1"), programs.find("r/a:2.1"), programs.find("x")) == (one, two, None)
