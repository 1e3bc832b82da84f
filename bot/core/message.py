"""What people see, before Slack: a message made of parts, each made of text whose markup is typed.

A plain ``str`` is always literal: the Slack adapter escapes it. Markup exists only as the typed pieces below, so a log
line or an annotation can never become a mention, a link or a heading.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec


class _Piece(msgspec.Struct, frozen=True, tag=True):
    """A piece of inline text; tagged, so that messages survive a trip through the store."""


class Bold(_Piece, frozen=True):
    text: str


class Italic(_Piece, frozen=True):
    text: str


class Code(_Piece, frozen=True):
    """Inline code: an object's name, a command to copy."""

    text: str


class Link(_Piece, frozen=True):
    """``url`` must be http(s); anything else is rendered as its label alone."""

    url: str
    label: str


class User(_Piece, frozen=True):
    """A mention of one Slack user by id."""

    id: str


class Group(_Piece, frozen=True):
    """A mention of a Slack user group by id."""

    id: str


class Channel(_Piece, frozen=True):
    id: str


class Time(_Piece, frozen=True):
    """A moment, shown in the reader's own zone. ``seconds`` since the epoch.

    ``style``: ``time`` is 14:02, ``date_time`` adds the day where it is not today.
    """

    seconds: float
    style: Literal["time", "date_time"] = "time"


Inline = str | Bold | Italic | Code | Link | User | Group | Channel | Time
Text = str | tuple[Inline, ...]


class _Part(msgspec.Struct, frozen=True, tag=True):
    """One block of a message."""


class Header(_Part, frozen=True):
    """A large plain heading (modals, Home, long answers; never an alert: it is not shown in notifications)."""

    text: str


class Section(_Part, frozen=True):
    """A paragraph."""

    text: Text


class Fields(_Part, frozen=True):
    """Label and value pairs in two columns; label is set bold."""

    pairs: tuple[tuple[str, Text], ...]


class Context(_Part, frozen=True):
    """Small grey print."""

    text: Text


class Pre(_Part, frozen=True):
    """Preformatted lines: a log, a table as kubectl prints it. ``title`` stands above it in small print."""

    text: str
    title: Text = ""


class Table(_Part, frozen=True):
    """Cells are plain; the first row of ``rows`` is not a heading, ``columns`` is."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Picture(_Part, frozen=True):
    """PNG bytes, uploaded by the adapter. ``alt`` carries the picture's message in words."""

    content: bytes
    name: str
    alt: str
    title: str = ""


class Divider(_Part, frozen=True):
    pass


class Confirm(msgspec.Struct, frozen=True):
    """Slack's dialog before a button acts."""

    title: str
    text: Text
    yes: str
    no: str = "Cancel"


class Button(msgspec.Struct, frozen=True):
    """A button behind which lies a command: pressing it starts the command flow, nothing else.

    ``command`` is canonical command text (``logs deploy/api -n shop --cluster prod``). Before a message is sent,
    ``bot.core.actions.register`` stores it and fills ``id``; only the opaque id ever reaches Slack.
    """

    label: str
    command: str
    style: Literal["", "primary", "danger"] = ""
    confirm: Confirm | None = None
    id: str = ""


class LinkButton(msgspec.Struct, frozen=True, tag=True):
    """A button that only opens a page."""

    label: str
    url: str


class Menu(msgspec.Struct, frozen=True, tag=True):
    """A button that opens a short list, each entry a command (Snooze for 2 h, 24 h, 1 week)."""

    label: str
    options: tuple[Button, ...]
    id: str = ""


class Actions(_Part, frozen=True):
    """A row of buttons and menus."""

    buttons: tuple[Button, ...] = ()
    links: tuple[LinkButton, ...] = ()
    menus: tuple[Menu, ...] = ()


Part = Header | Section | Fields | Context | Pre | Table | Picture | Divider | Actions
Colour = Literal["", "red", "orange", "green", "grey"]


class Message(msgspec.Struct, frozen=True):
    """``text`` is the push notification and what a screen reader says: one line, at most about 120 characters."""

    text: str
    parts: tuple[Part, ...] = ()
    colour: Colour = ""


def plain(text: Text) -> str:
    """Text without markup, for notifications, terminals and tests. Times become UTC clock times."""
    if isinstance(text, str):
        return text
    return "".join(_plain_piece(piece) for piece in text)


def _plain_piece(piece: Inline) -> str:
    match piece:
        case str():
            return piece
        case Bold(text) | Italic(text) | Code(text):
            return text
        case Link(url=_, label=label):
            return label
        case User(id) | Group(id):
            return f"@{id}"
        case Channel(id):
            return f"#{id}"
        case Time(seconds=seconds):
            return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M UTC")
