"""Which lines of a log are shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.loglines import LINES, is_error, pick


def test_a_short_log_is_shown_whole_without_blank_lines() -> None:
    assert pick("a\n\nb\n") == "a\nb"


def test_a_long_log_shows_its_last_lines() -> None:
    assert pick("\n".join(f"line {number}" for number in range(50))).split("\n")[-1] == "line 49"
    assert len(pick("x\n" * 50).split("\n")) == LINES


def test_the_first_error_stands_above_the_last_lines() -> None:
    lines = [f"line {number}" for number in range(50)]
    lines[9] = "ERROR cannot reach ledger:9000"
    lines[20] = "ERROR again"
    shown = pick("\n".join(lines)).split("\n")
    assert shown[:3] == ["ERROR cannot reach ledger:9000", "…", "line 44"]
    assert shown[-1] == "line 49"


def test_an_error_among_the_last_lines_is_not_repeated() -> None:
    lines = [f"line {number}" for number in range(50)] + ["panic: boom"]
    assert pick("\n".join(lines)).count("panic") == 1


def test_what_merely_counts_errors_is_none() -> None:
    assert not is_error("finished with 0 errors")
    assert not is_error("errors=0 total=3")
    assert is_error("java.lang.NullPointerException: x")


def test_secrets_escapes_and_width() -> None:
    shown = pick("\x1b[31mconnecting with password=hunter2hunter2\x1b[0m\n" + "y" * 5000)
    assert "hunter2" not in shown
    assert "\x1b" not in shown
    assert len(shown.split("\n")[1]) == 200


@given(st.text(), st.integers(3, 12))
def test_never_more_lines_than_asked_for_and_one_mark(text: str, lines: int) -> None:
    assert len(pick(text, lines).split("\n")) <= lines + 1
