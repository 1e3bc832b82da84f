"""Typed text -> Slack's two markups: rich text elements wherever Slack takes them, mrkdwn where it does not.

In rich text a literal is a literal: nothing to escape, nothing to inject. mrkdwn knows escapes for ``& < >`` only; its
formatting characters are replaced by look-alikes where they could open a format, so that a log line stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.adapters.slack.limits import MARK, clip, sendable
from bot.core.message import Bold, Channel, Code, Group, Inline, Italic, Link, Text, Time, User, plain

_WEB = re.compile(r"https?://[^\s<>|]+\Z", re.IGNORECASE)
_IDS = {
    User: re.compile(r"[UW][A-Z0-9]{1,20}\Z"),
    Group: re.compile(r"S[A-Z0-9]{1,20}\Z"),
    Channel: re.compile(r"[CGD][A-Z0-9]{1,20}\Z"),
}
_FORMATS = {"time": "{time}", "date_time": "{date_short_pretty} {time}"}
_LOOK_ALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})  # noqa: RUF001 - look-alikes are the point
_LOOK_ALIKE_TICK = {ord("`"): "ˋ"}  # noqa: RUF001 - as above
_OPENING = re.compile(r"(?<![^\W_])[*_~`]+")
_ELEMENT = 3000  # a longer text is sent as several elements


def escape(text: str) -> str:
    """Slack's three escapes, ``&`` first; they also stop ``<!channel>`` and forged links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def is_web(url: str) -> bool:
    """Only http and https may be linked."""
    return len(url) <= 3000 and _WEB.match(url) is not None


def is_literal(text: Text) -> bool:
    """No markup at all: can be sent as plain_text, exactly as it is."""
    return isinstance(text, str) or all(isinstance(piece, str) for piece in text)


def pieces(text: Text) -> tuple[Inline, ...]:
    """The pieces of a text, those dropped that would show nothing."""
    every = (text,) if isinstance(text, str) else text
    return tuple(piece for piece in every if plain((piece,)))


def _valid(piece: User | Group | Channel) -> bool:
    return _IDS[type(piece)].match(piece.id) is not None


def _moment(piece: Time) -> str:
    pattern = "%H:%M UTC" if piece.style == "time" else "%Y-%m-%d %H:%M UTC"
    return datetime.fromtimestamp(piece.seconds, UTC).strftime(pattern)


def rich(text: Text, limit: int) -> list[dict[str, Any]]:
    """Rich text elements holding at most ``limit`` characters; a cut ends in ``…``."""
    elements: list[dict[str, Any]] = []
    room = limit
    for piece in pieces(text):
        shown = plain((piece,))
        if len(shown) > room:
            elements.extend(_rich_piece(_shortened(piece, clip(shown, max(1, room)))))
            break
        room -= len(shown)
        elements.extend(_rich_piece(piece))
    return elements


def _shortened(piece: Inline, text: str) -> Inline:
    match piece:
        case Bold():
            return Bold(text)
        case Italic():
            return Italic(text)
        case Code():
            return Code(text)
        case Link(url=url):
            return Link(url, text)
        case _:
            return text


def _rich_text(text: str, style: str = "") -> list[dict[str, Any]]:
    text = sendable(text)
    extra = {"style": {style: True}} if style else {}
    return [{"type": "text", "text": text[i : i + _ELEMENT], **extra} for i in range(0, len(text), _ELEMENT)]


def _rich_piece(piece: Inline) -> list[dict[str, Any]]:
    match piece:
        case str():
            return _rich_text(piece)
        case Bold(text):
            return _rich_text(text, "bold")
        case Italic(text):
            return _rich_text(text, "italic")
        case Code(text):
            return _rich_text(text, "code")
        case Link(url=url, label=label):
            return [{"type": "link", "url": url, "text": sendable(label)}] if is_web(url) else _rich_text(label)
        case User(id=id_) if _valid(piece):
            return [{"type": "user", "user_id": id_}]
        case Group(id=id_) if _valid(piece):
            return [{"type": "usergroup", "usergroup_id": id_}]
        case Channel(id=id_) if _valid(piece):
            return [{"type": "channel", "channel_id": id_}]
        case Time(seconds=seconds, style=style):
            when = {"timestamp": int(seconds), "format": _FORMATS[style], "fallback": _moment(piece)}
            return [{"type": "date", **when}]
        case _:
            return _rich_text(plain((piece,)))


def mrkdwn(text: Text, limit: int) -> str:
    """mrkdwn of at most ``limit`` characters, cut between or inside pieces but never inside markup."""
    parts: list[str] = []
    room = limit
    for piece in pieces(text):
        made = _mrkdwn_piece(piece)
        if len(made) > room:
            parts.append(_fit(piece, room))
            break
        parts.append(made)
        room -= len(made)
    return "".join(parts)


def _fit(piece: Inline, room: int) -> str:
    """As much of a piece as ``room`` holds, found by halving, ending in ``…``; a mention is never cut."""
    whole = plain((piece,))
    low, high = 0, len(whole)
    render: Callable[[int], str] = lambda n: _mrkdwn_piece(_shortened(piece, whole[:n].rstrip() + MARK))  # noqa: E731 - used twice, right here
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(render(middle)) <= room else (low, middle - 1)
    made = render(low)
    return made if len(made) <= room else MARK[:room]


def _literal(text: str) -> str:
    return _OPENING.sub(lambda found: found.group().translate(_LOOK_ALIKES), escape(sendable(text)))


def _formatted(text: str, mark: str) -> str:
    """Text between two marks: nothing in it may close the format, and it must not begin or end with a space."""
    inner = escape(sendable(text)).translate(_LOOK_ALIKES).replace("\n", " ")
    bare = inner.strip(" ")
    return f"{mark}{bare}{mark}" if bare else inner


def _code(text: str) -> str:
    inner = escape(sendable(text)).translate(_LOOK_ALIKE_TICK).replace("\n", " ")
    return f"`{inner}`" if inner.strip(" ") else inner


def _mrkdwn_piece(piece: Inline) -> str:
    match piece:
        case str():
            return _literal(piece)
        case Bold(text):
            return _formatted(text, "*")
        case Italic(text):
            return _formatted(text, "_")
        case Code(text):
            return _code(text)
        case Link(url=url, label=label):
            name = _literal(label).replace("\n", " ").replace("|", "¦")
            return f"<{escape(url)}|{name}>" if is_web(url) else name
        case User(id=id_) if _valid(piece):
            return f"<@{id_}>"
        case Group(id=id_) if _valid(piece):
            return f"<!subteam^{id_}>"
        case Channel(id=id_) if _valid(piece):
            return f"<#{id_}>"
        case Time(seconds=seconds, style=style):
            return f"<!date^{int(seconds)}^{_FORMATS[style]}|{_moment(piece)}>"
        case _:
            return _literal(plain((piece,)))
