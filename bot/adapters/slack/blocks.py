"""Message -> Block Kit, within all of Slack's limits for any message; whatever is left out is marked.

Colour is carried by the message's own words and emoji: Slack only draws it beside legacy attachments.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

import msgspec

from bot.adapters.slack import limits
from bot.adapters.slack.controls import action_blocks, plain_object, text_object
from bot.adapters.slack.inline import mrkdwn, pieces, rich
from bot.core.message import (
    Actions,
    Bold,
    Context,
    Divider,
    Fields,
    Header,
    Inline,
    Message,
    Part,
    Picture,
    Pre,
    Section,
    Table,
    Text,
    plain,
)

Block = dict[str, Any]


class Fidelity(Enum):
    """How much of Block Kit is used. Slack rolls new blocks out in stages: what it refuses is sent plainer."""

    FULL = 3
    SIMPLE = 2  # no tables, no pictures
    PLAIN = 1  # plain text and buttons


class Rendered(msgspec.Struct, frozen=True):
    """``text`` is for notifications and screen readers."""

    text: str
    blocks: list[Block]


def digest(picture: Picture) -> str:
    """Identity of a picture's bytes, by which uploads are remembered."""
    return hashlib.sha256(picture.content).hexdigest()


def render(
    message: Message,
    *,
    files: Mapping[str, str] | None = None,
    fidelity: Fidelity = Fidelity.FULL,
    budget: int = limits.BLOCKS_SIZE,
) -> Rendered:
    """``files``: digest of a picture -> id of its uploaded file; a picture without one is told by its alt text.

    When the whole is too long, every text is cut to one common length, the longest that fits; when that is not
    enough, parts are left out from the end, buttons last.
    """
    parts = message.parts or (Section(message.text),)

    def attempt(cap: int) -> list[tuple[Part, list[Block]]]:
        painter = _Painter(files or {}, fidelity, cap)
        return [(part, painter.paint(part)) for part in parts]

    low, high = 100, budget
    groups = attempt(high)
    if _total(groups) > budget:
        while high - low > 50:
            middle = (low + high) // 2
            low, high = (middle, high) if _total(attempt(middle)) <= budget else (low, middle)
        groups = attempt(low)
    blocks = _drop(groups, budget) or [_section_of(plain_object(message.text, limits.SECTION))]
    return Rendered(_notification(message), blocks)


def _notification(message: Message) -> str:
    text = message.text or next((plain(part.text) for part in message.parts if isinstance(part, Section)), "")
    return mrkdwn(text.strip(), limits.TEXT) or "(no text)"


def _total(groups: list[tuple[Part, list[Block]]]) -> int:
    return limits.size([block for _, blocks in groups for block in blocks])


def _drop(groups: list[tuple[Part, list[Block]]], budget: int) -> list[Block]:
    """Leave parts out from the end, buttons last, until number and size are allowed; say how many."""
    left = list(groups)
    dropped = 0
    room = budget - 200  # for the mark itself
    while True:
        count = sum(len(blocks) for _, blocks in left)
        if count <= limits.BLOCKS - bool(dropped) and _total(left) <= (room if dropped else budget):
            break
        victims = [i for i, (part, _) in enumerate(left) if not isinstance(part, Actions)] or list(range(len(left)))
        del left[victims[-1]]
        dropped += 1
    blocks = [block for _, blocks in left for block in blocks]
    if dropped:
        what = "1 more part is" if dropped == 1 else f"{dropped} more parts are"
        at = next((i for i, block in enumerate(blocks) if block["type"] == "actions"), len(blocks))
        blocks.insert(at, _context(f"{limits.MARK} {what} not shown"))
    return blocks


def _context(text: Text) -> Block:
    return {"type": "context", "elements": [text_object(text, limits.CONTEXT)]}


def _section_of(text: Block) -> Block:
    return {"type": "section", "text": text}


class _Painter:
    """One pass over a message: counts what may stand in a message only once and numbers the action ids."""

    def __init__(self, files: Mapping[str, str], fidelity: Fidelity, cap: int) -> None:
        self._files = files
        self._fidelity = fidelity
        self._cap = cap
        self._numbers: Iterator[int] = itertools.count(1)
        self._tables = 0

    def paint(self, part: Part) -> list[Block]:
        if isinstance(part, Actions):
            return action_blocks(part, self._numbers)
        if isinstance(part, Divider):
            return [{"type": "divider"}]
        if self._fidelity is Fidelity.PLAIN:
            return self._plain(_as_plain(part))
        painters: dict[type, Callable[[Any], list[Block]]] = {
            Header: lambda p: (
                [{"type": "header", "text": plain_object(p.text, limits.HEADER)}] if p.text.strip() else []
            ),
            Section: lambda p: self._section(p.text),
            Context: lambda p: [_context_cut(p.text, self._cap)] if plain(p.text).strip() else [],
            Fields: self._fields,
            Pre: lambda p: self._pre(p.text, p.title),
            Table: self._table,
            Picture: self._picture,
        }
        return painters[type(part)](part)

    def _plain(self, text: str) -> list[Block]:
        cut = limits.chunks(limits.clip_middle(limits.sendable(text), self._cap), limits.SECTION)
        return [_section_of(plain_object(piece, limits.SECTION)) for piece in cut if piece.strip()]

    def _section(self, text: Text) -> list[Block]:
        if not plain(text).strip():
            return []
        return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich(text, self._cap)}]}]

    def _fields(self, part: Fields) -> list[Block]:
        cells = []
        for label, value in part.pairs:
            inline: tuple[Inline, ...] = (Bold(label), "\n", *pieces(value))
            cells.append(text_object(inline, min(limits.FIELD, self._cap)))
        rows = range(0, len(cells), limits.FIELDS)
        return [{"type": "section", "fields": cells[i : i + limits.FIELDS]} for i in rows]

    def _pre(self, text: str, title: Text) -> list[Block]:
        shown = limits.clip_middle(limits.sendable(text), min(limits.PREFORMATTED, self._cap))
        shown = shown if shown.strip() else "(empty)"
        element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}
        head = [_context_cut(title, self._cap)] if plain(title).strip() else []
        return [*head, {"type": "rich_text", "elements": [element]}]

    def _table(self, part: Table) -> list[Block]:
        wide = len(part.columns)
        fits = 0 < wide <= limits.TABLE_COLUMNS and all(len(row) <= wide for row in part.rows)
        if self._fidelity is not Fidelity.FULL or not fits or self._tables:
            return self._pre(_aligned(part), "")
        self._tables += 1
        room = min(limits.TABLE_SIZE, self._cap)
        rows: list[list[Block]] = []
        for row in [part.columns, *part.rows][: limits.TABLE_ROWS]:
            cells = [_cell(cell) for cell in [*row, *[""] * (wide - len(row))]]
            room -= sum(len(cell["text"]) for cell in cells)
            if room < 0 and rows:
                break
            rows.append(cells)
        table: Block = {"type": "table", "rows": rows}
        missing = len(part.rows) + 1 - len(rows)
        return [table, _context(f"{limits.MARK} {missing} more rows")] if missing else [table]

    def _picture(self, part: Picture) -> list[Block]:
        file = self._files.get(digest(part), "")
        if not file or self._fidelity is not Fidelity.FULL:
            told: list[Inline] = [Bold(part.title), "\n"] if part.title else []
            return self._section((*told, part.alt or part.name))
        alt = limits.clip(limits.sendable(part.alt).strip() or part.name or "picture", limits.ALT)
        image: Block = {"type": "image", "slack_file": {"id": file}, "alt_text": alt}
        return [{**image, "title": plain_object(part.title, limits.ALT)} if part.title.strip() else image]


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": limits.clip(limits.sendable(text), limits.CELL) or " "}


def _aligned(part: Table) -> str:
    rows = [[limits.clip(cell, limits.CELL) for cell in row] for row in (part.columns, *part.rows)]
    return limits.aligned(rows[0], rows[1:])


def _context_cut(text: Text, cap: int) -> Block:
    return {"type": "context", "elements": [text_object(text, min(limits.CONTEXT, cap))]}


def _as_plain(part: Part) -> str:
    match part:
        case Header(text=text):
            return text
        case Section(text=text) | Context(text=text):
            return plain(text)
        case Fields(pairs=pairs):
            return "\n".join(f"{label}: {plain(value)}" for label, value in pairs)
        case Pre(text=text, title=title):
            return "\n".join(filter(None, [plain(title), text]))
        case Table():
            return _aligned(part)
        case Picture(alt=alt, title=title):
            return "\n".join(filter(None, [title, alt]))
        case _:
            return ""
