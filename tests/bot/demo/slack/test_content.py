"""What a message may say, before it is anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.demo.slack.content import message_content, split_text
from bot.demo.slack.model import SlackError
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State

STATE = State(DoubleSettings())
DIVIDER = {"type": "divider"}


def test_structured_arguments_may_come_as_json_text() -> None:
    for blocks in ([DIVIDER], json.dumps([DIVIDER])):
        content = message_content(STATE, {"text": "x", "blocks": blocks})
        assert content["blocks"][0]["type"] == "divider"
        assert content["blocks"][0]["block_id"], "Slack gives every block an id"
    assert message_content(STATE, {"text": "x", "blocks": [], "attachments": "[]"}) == {"text": "x"}


def test_blocks_alone_are_a_message_and_nothing_is_none() -> None:
    assert message_content(STATE, {"blocks": [DIVIDER]})["text"] == ""
    for nothing in ({}, {"text": None}, {"text": "\n"}, {"blocks": []}):
        with pytest.raises(SlackError, match="no_text"):
            message_content(STATE, nothing)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"blocks": ["divider"]}, "invalid_blocks_format"),
        ({"attachments": "x"}, "invalid_attachments"),
        ({"attachments": [{"blocks": [{"type": "nonsense"}]}]}, "invalid_attachments"),
        ({"metadata": "x"}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "a", "event_payload": {}, "more": 1}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "a", "event_payload": "b"}}, "invalid_metadata_schema"),
        ({"metadata": {"event_type": "a", "event_payload": {"k": "x" * 16000}}}, "metadata_too_large"),
        ({"markdown_text": "*a*"}, "markdown_text_conflict"),
    ],
)
def test_malformed_content(args: Any, error: str) -> None:
    with pytest.raises(SlackError, match=error):
        message_content(STATE, {"text": "x", **args})


def test_an_error_in_blocks_carries_where_in_both_places() -> None:
    with pytest.raises(SlackError) as refused:
        message_content(STATE, {"text": "x", "blocks": [{"type": "header"}]})
    where = "missing required field: text [json-pointer:/blocks/0]"
    assert refused.value.extra["errors"] == [where]
    assert refused.value.extra["response_metadata"]["messages"] == [f"[ERROR] {where}"]


def test_long_text_is_split_at_line_ends_and_loses_nothing() -> None:
    text = "\n".join(f"line {number}" for number in range(1500))
    pieces = [each["text"] for each in split_text({"text": text})]
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= 4040
    assert "\n".join(pieces) == text
    assert "".join(each["text"] for each in split_text({"text": "x" * 9000})) == "x" * 9000
    assert len(split_text({"text": text, "blocks": [DIVIDER]})) == 1
