"""The checks that every block shares, each with the pointer to what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack.blocks.checker import Checker


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ({"type": "mrkdwn", "text": "fine"}, []),
        ({"type": "plain_text", "text": "fine", "emoji": True}, []),
        ({"type": "mrkdwn", "text": ""}, ["must be more than 0 characters [json-pointer:/t/text]"]),
        ({"type": "mrkdwn", "text": "12345678901"}, ["must be less than 11 characters [json-pointer:/t/text]"]),
        ({"type": "mrkdwn", "text": "x", "emoji": True}, ["invalid additional property: emoji [json-pointer:/t]"]),
        (
            {"type": "plain_text", "text": "x", "verbatim": True},
            ["invalid additional property: verbatim [json-pointer:/t]"],
        ),
        ({"type": "html", "text": "x"}, ["must be a valid enum value [json-pointer:/t/type]"]),
        ({"type": "mrkdwn"}, ["missing required field: text [json-pointer:/t]"]),
        ({"type": "mrkdwn", "text": 7}, ["must provide a string [json-pointer:/t/text]"]),
        ("bare", ["must provide an object [json-pointer:/t]"]),
    ],
)
def test_text_objects(text: Any, problems: list[str]) -> None:
    check = Checker("message")
    check.text("/t", text, 10)
    assert check.errors == problems


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.com/a?b=c", True),
        ("http://127.0.0.1:8700/x", True),
        ("mailto:someone@example.com", True),
        ("javascript:alert(1)", False),
        ("example.com", False),
        ("https://", False),
        ("https://exa mple.com", False),
        ("http://[broken", False),
        ("https://example.com/" + "x" * 3000, False),
        ("", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    check = Checker("message")
    check.url("/url", url)
    assert (check.errors == []) is good


def test_numbers_flags_choices_and_lists() -> None:
    check = Checker("message")
    check.whole("/a", 5, 1, 10)
    check.flag("/a", True)
    check.choice("/a", "x", ("x", "y"))
    check.items("/a", [1, 2], 2)
    assert check.errors == []
    check.whole("/a", True, 0, 10)
    check.flag("/b", "true")
    check.choice("/c", "z", ("x", "y"))
    check.items("/d", [1, 2, 3], 2)
    check.items("/e", [], 2)
    check.items("/f", "abc", 2)
    pointers = [error.partition("json-pointer:")[2] for error in check.errors]
    assert pointers == ["/a]", "/b]", "/c]", "/d]", "/e]", "/f]"]
