"""Slack's limits on what a message may hold, and cutting text to them so that the cut can be seen."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

TEXT = 3000  # top-level text; Slack recommends 4,000 and cuts at 40,000
BLOCKS = 50
BLOCKS_SIZE = 12_800  # msg_blocks_too_long begins at about 13,200 characters, undocumented; leave room
SECTION = 3000
FIELDS, FIELD = 10, 2000
PREFORMATTED = 11_500  # not documented; below what a markdown block may hold
HEADER = 150
CONTEXT = 2000
ACTIONS = 25
LABEL = 75
URL = 3000
OPTIONS = 100
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
ALT = 2000
TABLE_ROWS, TABLE_COLUMNS, TABLE_SIZE = 100, 20, 9_500  # characters of all cells: 10,000, again with room
CELL = 470  # so that even a row of 20 full cells fits

MARK = "…"

# Unpaired surrogates cannot be sent at all; NUL is refused by Slack's JSON reader.
_UNSENDABLE = re.compile(r"[\x00\ud800-\udfff]")


def sendable(text: str) -> str:
    """The text with what no JSON can carry replaced."""
    return _UNSENDABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters; a cut ends in ``…``."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + MARK


def clip_middle(text: str, limit: int) -> str:
    """Lines with the middle left out: the end of a log tells most, its beginning second most. The gap is counted."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    room = max(0, limit - 40)  # the mark's own line
    head: list[str] = []
    tail: list[str] = []
    used = 0
    while lines and used + len(lines[-1]) + 1 <= room * 2 // 3:
        used += len(lines[-1]) + 1
        tail.insert(0, lines.pop())
    while lines and used + len(lines[0]) + 1 <= room:
        used += len(lines[0]) + 1
        head.append(lines.pop(0))
    if not head and not tail:
        half = room // 2
        return f"{text[:half]}\n{MARK} {len(text) - 2 * half} characters left out {MARK}\n{text[len(text) - half :]}"
    gap = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    return "\n".join([*head, f"{MARK} {gap} left out {MARK}", *tail])


def size(blocks: Sequence[dict[str, Any]]) -> int:
    """Characters of the blocks as JSON: the measure nearest to what Slack counts."""
    return len(json.dumps(blocks, ensure_ascii=False))


def chunks(text: str, limit: int) -> list[str]:
    """The text in pieces of at most ``limit``, cut at line ends where there are any."""
    pieces = []
    while len(text) > limit:
        cut = text.rfind("\n", 1, limit)
        cut = cut if cut > 0 else limit
        pieces.append(text[:cut])
        text = text[cut:].removeprefix("\n")
    return [*pieces, text] if text else pieces


def width(text: str) -> int:
    """Columns that a monospace font needs: Korean and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as kubectl prints it."""
    grid = [list(columns), *(list(row) for row in rows)]
    count = max((len(row) for row in grid), default=0)
    grid = [[cell.replace("\n", " ") for cell in row] + [""] * (count - len(row)) for row in grid]
    widths = [max(width(row[i]) for row in grid) for i in range(count)]
    lines = (
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)) for row in grid
    )
    return "\n".join(line.rstrip() for line in lines)
