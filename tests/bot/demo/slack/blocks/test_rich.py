"""Rich text: its parts, their pieces, and what preformatted text may not hold."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack.blocks.checker import Checker
from bot.demo.slack.blocks.rich import rich_text

Json = dict[str, Any]
TEXT: Json = {"type": "text", "text": "x"}


def part(kind: str, *pieces: Any, **more: Any) -> Json:
    return {"type": f"rich_text_{kind}", "elements": list(pieces), **more}


def problems(*parts: Any) -> list[str]:
    check = Checker("message")
    rich_text(check, "/b", {"type": "rich_text", "elements": list(parts)})
    return check.errors


GOOD: list[Json] = [
    part("section", TEXT | {"style": {"bold": True, "code": True}}),
    part("section", {"type": "link", "url": "https://example.com", "text": "there"}),
    part("section", {"type": "user", "user_id": "U1"}, {"type": "usergroup", "usergroup_id": "S1"}),
    part("section", {"type": "date", "timestamp": 1720710212, "format": "{time}", "fallback": "then"}),
    part("section", {"type": "emoji", "name": "eyes"}, {"type": "broadcast", "range": "here"}),
    part("preformatted", TEXT, border=0),
    part("quote", TEXT),
    part("list", part("section", TEXT), style="ordered", indent=1),
]
BAD: list[tuple[Json, str]] = [
    (part("preformatted", TEXT | {"text": ""}), "/b/elements/0/elements/0/text"),
    (part("preformatted", {"type": "user", "user_id": "U1"}), "/b/elements/0/elements/0/type"),
    (part("preformatted"), "/b/elements/0/elements"),
    (part("section", TEXT | {"style": {"huge": True}}), "/b/elements/0/elements/0/style"),
    (part("section", TEXT | {"style": {"bold": "yes"}}), "/b/elements/0/elements/0/style/bold"),
    (part("section", {"type": "link", "url": "javascript:x"}), "/b/elements/0/elements/0/url"),
    (part("section", {"type": "date", "timestamp": 1.5, "format": "{time}"}), "/b/elements/0/elements/0/timestamp"),
    (part("section", {"type": "broadcast", "range": "world"}), "/b/elements/0/elements/0/range"),
    (part("section", {"type": "user"}), "/b/elements/0/elements/0"),
    (part("list", part("section", TEXT), style="dashed"), "/b/elements/0/style"),
    (part("list", TEXT, style="bullet"), "/b/elements/0/elements/0/type"),
    (part("marquee", TEXT), "/b/elements/0/type"),
]


@pytest.mark.parametrize("value", GOOD, ids=[each["type"] for each in GOOD])
def test_what_slack_takes(value: Json) -> None:
    assert problems(value) == []


@pytest.mark.parametrize(("value", "pointer"), BAD, ids=[pointer for _, pointer in BAD])
def test_what_slack_refuses_and_where(value: Json, pointer: str) -> None:
    assert {error.partition("json-pointer:")[2] for error in problems(value)} == {f"{pointer}]"}
