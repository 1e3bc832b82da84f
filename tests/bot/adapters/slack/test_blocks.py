"""Any message renders within Slack's limits, keeps its buttons, and marks what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack.blocks import Fidelity, digest, render
from bot.core.message import (
    Actions,
    Bold,
    Button,
    Channel,
    Code,
    Confirm,
    Context,
    Divider,
    Fields,
    Group,
    Header,
    Italic,
    Link,
    LinkButton,
    Menu,
    Message,
    Picture,
    Pre,
    Section,
    Table,
    Time,
    User,
)
from bot.demo.slack.blocks.layout import check_blocks, total_size
from tests.bot.adapters.slack.rules import check, strings, texts

SHORT = st.text(max_size=30)
LONG = st.one_of(st.text(max_size=60), st.sampled_from(["가" * 4000, "<&>*_`" * 900, "line\n" * 3000, "x" * 20_000]))
INLINE = st.one_of(
    LONG,
    LONG.map(Bold),
    LONG.map(Italic),
    LONG.map(Code),
    st.builds(Link, st.sampled_from(["https://a.example/x?a=1&b=2", "javascript:alert(1)", "https://<x>"]), LONG),
    st.sampled_from(["U012AB3CD", "nope> <!channel"]).map(User),
    st.sampled_from(["S012AB3CD", ""]).map(Group),
    st.sampled_from(["C012AB3CD", "#x"]).map(Channel),
    st.builds(Time, st.floats(0, 4e9), st.sampled_from(["time", "date_time"])),
)
TEXT = st.one_of(LONG, st.lists(INLINE, max_size=5).map(tuple))
CONFIRM = st.none() | st.builds(Confirm, LONG, TEXT, LONG, LONG)
BUTTON = st.builds(Button, LONG, SHORT, st.sampled_from(["", "primary", "danger"]), CONFIRM, st.just("id" * 12))
MENU = st.builds(Menu, LONG, st.lists(BUTTON, max_size=120).map(tuple), st.just("m" * 24))
LINKS = st.builds(LinkButton, LONG, st.sampled_from(["https://a.example", "file:///etc/passwd"]))
ACTIONS = st.builds(
    Actions,
    st.lists(BUTTON, max_size=30).map(tuple),
    st.lists(LINKS, max_size=3).map(tuple),
    st.lists(MENU, max_size=2).map(tuple),
)
ROW = st.lists(LONG, max_size=25).map(tuple)
PART = st.one_of(
    LONG.map(Header),
    TEXT.map(Section),
    st.lists(st.tuples(SHORT, TEXT), max_size=25).map(tuple).map(Fields),
    TEXT.map(Context),
    st.builds(Pre, LONG, TEXT),
    st.builds(Table, ROW, st.lists(ROW, max_size=3).map(tuple)),
    st.builds(Picture, st.binary(max_size=3), SHORT, LONG, SHORT),
    st.just(Divider()),
    ACTIONS,
)
MESSAGE = st.builds(Message, LONG, st.lists(PART, max_size=55).map(tuple))


@settings(max_examples=60, deadline=None)
@given(MESSAGE, st.sampled_from(list(Fidelity)))
def test_any_message_is_within_the_limits(message: Message, fidelity: Fidelity) -> None:
    files = {digest(part): "F012AB3CD" for part in message.parts if isinstance(part, Picture)}
    made = render(message, files=files, fidelity=fidelity)
    check(made.blocks)
    assert check_blocks(made.blocks) == []  # the local Slack's own rules, written by somebody else
    assert total_size(made.blocks) <= 13_200
    assert 0 < len(made.text) <= 4000


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(LONG.map(Section), LONG.map(Pre)), min_size=1, max_size=70))
def test_what_is_left_out_is_marked(parts: list[Section | Pre]) -> None:
    blocks = render(Message("x", tuple(parts))).blocks
    shown = "".join(text for block in blocks for text in texts(block))
    whole = all(str(part.text).strip() in shown for part in parts)
    assert whole or any(sign in shown for sign in "…\N{REPLACEMENT CHARACTER}")


def test_buttons_survive_a_message_that_is_far_too_long() -> None:
    row = Actions((Button("Logs", "logs deploy/api", id="a" * 24),))
    made = render(Message("x", (*(Section("paragraph " * 50) for _ in range(200)), row)))
    check(made.blocks)
    assert made.blocks[-1]["type"] == "actions"
    assert "more parts are not shown" in made.blocks[-2]["elements"][0]["text"]


def test_a_long_log_keeps_its_last_lines_and_counts_the_gap() -> None:
    log = "\n".join(f"line {i} of the log" for i in range(5000))
    text = render(Message("x", (Pre(log),))).blocks[0]["elements"][0]["elements"][0]["text"]
    assert text.startswith("line 0 of the log\n")
    assert text.endswith("\nline 4999 of the log")
    kept = [line for line in text.split("\n") if line.startswith("line")]
    assert f"… {5000 - len(kept)} lines left out …" in text


def test_backticks_and_mentions_in_a_log_stay_text() -> None:
    block = render(Message("x", (Pre("```\n<!channel> <@U1> &amp;"),))).blocks[0]
    assert block["elements"][0]["type"] == "rich_text_preformatted"
    assert block["elements"][0]["elements"] == [{"type": "text", "text": "```\n<!channel> <@U1> &amp;"}]


def test_only_the_first_table_is_a_table() -> None:
    table = Table(("NAME", "READY"), (("api", "1/1"), ("worker", "0/1")))
    first, second = render(Message("x", (table, table))).blocks
    assert first["rows"][1][0] == {"type": "raw_text", "text": "api"}
    assert second["elements"][0]["elements"][0]["text"] == "NAME    READY\napi     1/1\nworker  0/1"


def test_a_table_too_wide_or_too_long() -> None:
    wide = render(Message("x", (Table(tuple("abcdefghijklmnopqrstuvwxyz"), ()),)))
    assert wide.blocks[0]["type"] == "rich_text"
    long = render(Message("x", (Table(("n",), tuple((str(i),) for i in range(150))),)))
    assert len(long.blocks[0]["rows"]) == 100
    assert long.blocks[1]["elements"][0]["text"] == "… 51 more rows"


def test_a_picture_is_an_image_once_it_is_uploaded_and_words_before() -> None:
    picture = Picture(b"png", "p.png", "replicas rose from 3 to 9")
    there = render(Message("x", (picture,)), files={digest(picture): "F012AB3CD"}).blocks[0]
    assert there == {"type": "image", "slack_file": {"id": "F012AB3CD"}, "alt_text": "replicas rose from 3 to 9"}
    assert "replicas rose from 3 to 9" in "".join(strings(render(Message("x", (picture,))).blocks))


@pytest.mark.parametrize("fidelity", [Fidelity.SIMPLE, Fidelity.PLAIN])
def test_plainer_rendering_uses_no_new_blocks_and_keeps_the_words(fidelity: Fidelity) -> None:
    parts = (Header("H"), Table(("a",), (("cell",),)), Fields((("label", "value"),)), Pre("log", "title"))
    made = render(Message("x", (*parts, Actions((Button("Go", "x", id="1"),)))), fidelity=fidelity)
    kinds = {block["type"] for block in made.blocks}
    assert "table" not in kinds
    assert fidelity is not Fidelity.PLAIN or kinds == {"section", "actions"}
    shown = "".join(strings(made.blocks))
    assert all(word in shown for word in ("H", "cell", "label", "value", "log", "title", "Go"))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Message("🔴 a < b & *c*", (Section("x"),)), "🔴 a &lt; b &amp; ∗c*"),  # noqa: RUF001 - a look-alike
        (Message("", (Section("from the body"),)), "from the body"),
        (Message("", (Divider(),)), "(no text)"),
    ],
)
def test_notification_text(message: Message, text: str) -> None:
    assert render(message).text == text


def test_a_message_without_parts_shows_its_text_literally() -> None:
    blocks: Any = render(Message("*not bold* <!here>")).blocks
    assert blocks[0]["elements"][0]["elements"] == [{"type": "text", "text": "*not bold* <!here>"}]
