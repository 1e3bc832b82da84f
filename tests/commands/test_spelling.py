"""What Slack and phones do to typed text is undone; one tokeniser, whose quoting reads back."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from commands.spelling import MAX_LENGTH, Word, from_slack, quote, split


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("logs <http://api.shop|api.shop> -n shop", "logs api.shop -n shop"),
        ("logs <https://api.shop>", "logs https://api.shop"),
        ("logs <mailto:a@b.example|a@b.example>", "logs a@b.example"),
        ("logs x --grep “a b” ", 'logs x --grep "a b"'),
        ("logs x --grep \u2018a b\u2019", "logs x --grep 'a b'"),
        ("logs x —previous", "logs x --previous"),
        ("logs x \u2013n shop", "logs x -n shop"),
        ("logs\u00a0x\u2003-n\u202fshop", "logs x -n shop"),
        ("logs x --grep 'a &amp; b &lt;= c'", "logs x --grep 'a & b <= c'"),
        ("logs x --grep &amp;lt;", "logs x --grep &lt;"),
        ("logs <@U012AB|ann>", "logs <@U012AB|ann>"),
        ("logs <!channel>", "logs <!channel>"),
    ],
)
def test_typed_text_is_what_was_meant(typed: str, meant: str) -> None:
    assert from_slack(typed) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b", ["a", "b"]),
        ("""--grep='x y'""", ["--grep=x y"]),
        ("""a"b c"d""", ["ab cd"]),
        (r'"say \"hi\" \\ \n"', [r'say "hi" \ \n']),
        (r"'\'", ["\\"]),
        (r"back\slash", [r"back\slash"]),
        ("'' x", ["", "x"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [word.text for word in split(text)] == words


def test_a_quoted_word_is_known_as_one() -> None:
    assert split("'--previous' --tail='5'") == [Word("--previous", quoted=True), Word("--tail=5")]


@pytest.mark.parametrize(
    "text", ["a 'b", 'a "b\\"', "a\x00b", "a\nb", "a\u202eb", "a\u200bb", "a\ufeff", "\ud800", "x" * (MAX_LENGTH + 1)]
)
def test_refused_before_anything_is_read(text: str) -> None:
    with pytest.raises(UserError):
        split(text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=200))
def test_a_quoted_value_reads_back(value: str) -> None:
    words = split(f"--grep {quote(value)} end")
    assert [word.text for word in words] == ["--grep", value, "end"]
    assert words[1].quoted or not value.startswith("-")


@given(st.text(max_size=400))
def test_no_text_from_slack_breaks_it(text: str) -> None:
    with contextlib.suppress(UserError):
        split(from_slack(text))
