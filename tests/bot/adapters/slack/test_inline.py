"""Literals stay literal, markup exists only as typed pieces, in both of Slack's markups."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.inline import mrkdwn, rich
from bot.core.message import Bold, Channel, Code, Group, Italic, Link, Text, Time, User

NOON = Time(1_795_262_520.0)  # 2026-11-21 11:22 UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<!channel> <@U123>", "&lt;!channel&gt; &lt;@U123&gt;"),
        ("my_pod_name-1 and 3*4", "my_pod_name-1 and 3*4"),
        ("an *error*", "an ∗error*"),  # noqa: RUF001 - a look-alike
        ((Bold("a*b\nc"),), "*a∗b c*"),  # noqa: RUF001 - a look-alike
        ((Italic(" x "), "!"), "_x_!"),
        ((Code("kubectl `x`"),), "`kubectl ˋxˋ`"),  # noqa: RUF001 - a look-alike
        ((Link("https://a.example/?a=1&b=2", "x|y>"),), "<https://a.example/?a=1&amp;b=2|x¦y&gt;>"),
        ((Link("javascript:alert(1)", "click"),), "click"),
        ((Link("https://a.example|evil", "click"),), "click"),
        ((User("U012AB"), " ", Group("S012AB"), " ", Channel("C012AB")), "<@U012AB> <!subteam^S012AB> <#C012AB>"),
        ((User("U1> <!channel"),), "@U1&gt; &lt;!channel"),
        ((NOON,), "<!date^1795262520^{time}|12:02 UTC>"),
    ],
)
def test_mrkdwn(text: Text, expected: str) -> None:
    assert mrkdwn(text, 3000) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* <!channel> `b`", [{"type": "text", "text": "*a* <!channel> `b`"}]),
        ((Bold("b"), ""), [{"type": "text", "text": "b", "style": {"bold": True}}]),
        ((User("U012AB"),), [{"type": "user", "user_id": "U012AB"}]),
        ((User("U1 x"),), [{"type": "text", "text": "@U1 x"}]),
        ((Group("S012AB"),), [{"type": "usergroup", "usergroup_id": "S012AB"}]),
        ((Link("https://a.example", "a"),), [{"type": "link", "url": "https://a.example", "text": "a"}]),
        ((Link("data:x", "a"),), [{"type": "text", "text": "a"}]),
        ("\ud800\x00", [{"type": "text", "text": "\N{REPLACEMENT CHARACTER}" * 2}]),
    ],
)
def test_rich(text: Text, expected: list[dict[str, object]]) -> None:
    assert rich(text, 3000) == expected


def test_a_time_is_shown_in_the_readers_zone() -> None:
    (element,) = rich((Time(1_795_262_520.9, "date_time"),), 100)
    assert element["timestamp"] == 1795262520
    assert element["format"] == "{date_short_pretty} {time}"
    assert element["fallback"] == "2026-11-21 12:02 UTC"


@given(
    st.lists(st.one_of(st.text(max_size=40), st.text(max_size=40).map(Bold), st.text(max_size=40).map(Code))),
    st.integers(1, 80),
)
def test_a_cut_never_exceeds_the_limit_nor_breaks_an_escape(parts: list[str | Bold | Code], limit: int) -> None:
    made = mrkdwn(tuple(parts), limit)
    assert len(made) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", made)
    assert "<" not in made
    assert ">" not in made


def test_a_cut_is_visible() -> None:
    assert mrkdwn("abcdefghij", 5) == "abcd…"
    assert mrkdwn(("abc", Bold("defghij")), 8) == "abc*de…*"
    assert rich("abcdefghij", 5) == [{"type": "text", "text": "abcd…"}]
