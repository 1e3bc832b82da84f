"""Every limit of a block and of a message, at the limit and one beyond it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.slack.blocks.layout import check_blocks, total_size

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words}


def section(words: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(words), **more}


def button(number: int = 0, **more: Any) -> Json:
    return {"type": "button", "action_id": f"a{number}", "text": plain("Go"), **more}


def actions(count: int) -> Json:
    return {"type": "actions", "elements": [button(number) for number in range(count)]}


def fields(count: int, size: int = 1) -> Json:
    return {"type": "section", "fields": [mrkdwn("x" * size)] * count}


def context(count: int) -> Json:
    return {"type": "context", "elements": [mrkdwn("x")] * count}


SITE = "https://example.com/"
IMAGE: Json = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}

# what, at the limit, one beyond
LIMITS: list[tuple[str, list[Json], list[Json]]] = [
    ("blocks", [section()] * 50, [section()] * 51),
    ("section text", [section("x" * 3000)], [section("x" * 3001)]),
    ("fields", [fields(10)], [fields(11)]),
    ("field text", [fields(1, 2000)], [fields(1, 2001)]),
    ("header", [{"type": "header", "text": plain("x" * 150)}], [{"type": "header", "text": plain("x" * 151)}]),
    ("context", [context(10)], [context(11)]),
    ("actions", [actions(25)], [actions(26)]),
    ("actions, least", [actions(1)], [actions(0)]),
    ("block id", [section(block_id="x" * 255)], [section(block_id="x" * 256)]),
    ("image address", [IMAGE | {"image_url": SITE.ljust(3000, "x")}], [IMAGE | {"image_url": SITE.ljust(3001, "x")}]),
    ("alt text", [IMAGE | {"alt_text": "x" * 2000}], [IMAGE | {"alt_text": "x" * 2001}]),
    ("markdown", [{"type": "markdown", "text": "x" * 12000}], [{"type": "markdown", "text": "x" * 6001}] * 2),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad"), [each[1:] for each in LIMITS], ids=[each[0] for each in LIMITS])
def test_the_limit_is_allowed_and_one_more_is_not(good: list[Json], bad: list[Json]) -> None:
    assert check_blocks(good) == []
    assert check_blocks(bad) != []


WRONG: list[tuple[list[Any], str]] = [
    ([{"type": "nonsense"}], "unsupported type: nonsense [json-pointer:/blocks/0/type]"),
    (["text"], "unsupported type:  [json-pointer:/blocks/0/type]"),
    ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    ([section(""), section()], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "header", "text": mrkdwn("x")}], "must be plain_text [json-pointer:/blocks/0/text/type]"),
    ([{"type": "divider", "text": "x"}], "invalid additional property: text [json-pointer:/blocks/0]"),
    ([section(block_id="b"), section(block_id="b")], "block_id `b` already exists [json-pointer:/blocks/1/block_id]"),
    (
        [{"type": "actions", "elements": [button(1), button(1)]}],
        "action_id `a1` already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    ([IMAGE | {"image_url": "ftp://x/y"}], "invalid url [json-pointer:/blocks/0/image_url]"),
    ([{"type": "image", "alt_text": "x"}], "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"),
    ([{"type": "alert", "text": mrkdwn("x")}], "unsupported type: alert [json-pointer:/blocks/0/type]"),
    ([section(accessory={"type": "url_input"})], "unsupported type: url_input [json-pointer:/blocks/0/accessory/type]"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "error"), WRONG, ids=[error for _, error in WRONG])
def test_what_is_wrong_is_pointed_at(blocks: list[Any], error: str) -> None:
    assert check_blocks(blocks) == [error]


def test_the_same_action_id_in_two_blocks_is_fine() -> None:
    assert check_blocks([{"type": "actions", "elements": [button(1)]}] * 2) == []


def test_a_modal_holds_more_and_other_blocks() -> None:
    assert check_blocks([section()] * 100, "modal") == []
    assert check_blocks([section()] * 101, "modal") != []
    assert check_blocks([{"type": "alert", "text": mrkdwn("x")}], "modal") == []
    assert check_blocks([{"type": "markdown", "text": "x"}], "modal") != []
    assert check_blocks([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}], "home") != []


def test_a_picture_is_taken_only_when_its_file_is_ready() -> None:
    picture = [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"}]
    assert check_blocks(picture, file_ready=lambda file: file["id"] == "F1") == []
    early = check_blocks(picture, file_ready=lambda _: False)
    assert early == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]


def test_the_undocumented_total_counts_json_but_of_tables_only_what_is_seen() -> None:
    assert 3000 < total_size([section("x" * 3000)]) < 3100
    cells = [[{"type": "raw_text", "text": "12345"}] * 20] * 100
    assert total_size([{"type": "table", "rows": cells}]) == 10_000


WORDS = [
    "type",
    "text",
    "elements",
    "block_id",
    "rows",
    "chart",
    "series",
    "segments",
    "options",
    "accessory",
    "fields",
]
KINDS = [
    "section",
    "actions",
    "rich_text",
    "table",
    "data_visualization",
    "button",
    "image",
    "context",
    "static_select",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from([*KINDS, "", "pie", "line"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=15,
)
BLOCK = st.builds(
    lambda kind, rest: {**rest, "type": kind}, st.sampled_from(KINDS), st.dictionaries(st.sampled_from(WORDS), ANYTHING)
)


@settings(deadline=None)
@given(st.lists(BLOCK | ANYTHING, max_size=4) | ANYTHING)
def test_whatever_is_sent_is_judged_and_never_breaks_the_judge(blocks: Any) -> None:
    assert isinstance(check_blocks(blocks), list)
