"""What Slack accepts, written down a second time and independently, to hold rendered blocks against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block


def strings(value: Any) -> Iterator[str]:
    """Every string in a payload, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def texts(value: Any) -> Iterator[str]:
    """Every text that is shown, without types and ids."""
    return (item["text"] for item in _walk(value) if isinstance(item.get("text"), str))


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)


def check(blocks: list[dict[str, Any]]) -> None:
    """Fails when Slack would answer invalid_blocks or msg_blocks_too_long."""
    assert 1 <= len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 13_200
    json.dumps(blocks, ensure_ascii=False).encode()  # no unpaired surrogates
    for block in Block.parse_all(blocks):
        if block.type not in ("table", "rich_text"):
            block.validate_json()
    assert sum(block["type"] == "table" for block in blocks) <= 1
    for block in blocks:
        _CHECKS.get(block["type"], lambda _: None)(block)
    everything = list(_walk(blocks))
    texts = [item["text"] for item in everything if isinstance(item.get("text"), str) and item.get("type") != "link"]
    assert all(text != "" and "\x00" not in text for text in texts)
    ids = [item["action_id"] for item in everything if "action_id" in item]
    assert len(ids) == len(set(ids))


def _section(block: dict[str, Any]) -> None:
    assert 0 < len(block.get("text", {"text": "x"})["text"]) <= 3000
    assert len(block.get("fields", [])) <= 10
    assert all(0 < len(field["text"]) <= 2000 for field in block.get("fields", []))


def _context(block: dict[str, Any]) -> None:
    assert 1 <= len(block["elements"]) <= 10
    assert all(0 < len(element["text"]) <= 3000 for element in block["elements"])


def _table(block: dict[str, Any]) -> None:
    assert 1 <= len(block["rows"]) <= 100
    assert len({len(row) for row in block["rows"]}) == 1
    assert 1 <= len(block["rows"][0]) <= 20
    assert sum(len(cell["text"]) for row in block["rows"] for cell in row) <= 10_000


def _actions(block: dict[str, Any]) -> None:
    assert 1 <= len(block["elements"]) <= 25
    for element in block["elements"]:
        label = element.get("text") or element["placeholder"]
        assert 0 < len(label["text"]) <= (75 if element["type"] == "button" else 150)
        assert len(element.get("value", "")) <= 2000
        options = element.get("options", [{"text": {"text": "x"}, "value": "x"}])
        assert 1 <= len(options) <= 100
        assert all(0 < len(option["text"]["text"]) <= 75 and 0 < len(option["value"]) <= 150 for option in options)
        if confirm := element.get("confirm"):
            assert len(confirm["title"]["text"]) <= 100
            assert 0 < len(confirm["text"]["text"]) <= 300
            assert len(confirm["confirm"]["text"]) <= 30
            assert len(confirm["deny"]["text"]) <= 30


def _rich_text(block: dict[str, Any]) -> None:
    for part in block["elements"]:
        assert part["elements"], "Slack refuses an empty rich text part"


def _header(block: dict[str, Any]) -> None:
    assert 0 < len(block["text"]["text"]) <= 150


_CHECKS = {
    "section": _section,
    "context": _context,
    "table": _table,
    "actions": _actions,
    "rich_text": _rich_text,
    "header": _header,
}
