"""How a command is written: one tokeniser, one way of quoting, and what Slack and phones do to typed text undone.

``from_slack`` is only for text that a person typed into Slack: a stored command is already as we wrote it.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from bot.core.errors import UserError

MAX_LENGTH = 1000  # characters; the longest sensible command has about 200

_LINK = re.compile(r"<(?:https?://|mailto:|tel:)[^<>|\s]*\|([^<>|]*)>")
_BARE_LINK = re.compile(r"<(?:mailto:|tel:)?([^<>|@#!\s][^<>|\s]*)>")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"') | dict.fromkeys("\u2018\u2019\u201a", "'"))
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_DASHES = re.compile(r"(?:(?<=\s)|^)[\u2013\u2014](?=[A-Za-z])")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")


class Word(msgspec.Struct, frozen=True):
    """One word; ``quoted`` when it begins with a quote: it is then a value, never a flag."""

    text: str
    quoted: bool = False


def from_slack(text: str) -> str:
    """Undo automatic links, entities, typographic quotes, dashes and spaces."""
    text = _LINK.sub(r"\1", text)
    text = _BARE_LINK.sub(r"\1", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = _SPACES.sub(" ", text.translate(_QUOTES))
    # Phones make one dash of two; a single typographic dash before a single letter stands for a short flag.
    return _DASHES.sub(lambda match: "-" if _is_short_flag(text, match.end()) else "--", text).strip()


def _is_short_flag(text: str, at: int) -> bool:
    return len(text) == at + 1 or text[at + 1] in " ="


def split(text: str) -> list[Word]:
    """Words of a command. Quotes group; within double quotes ``\\"`` and ``\\\\`` stand for themselves."""
    if len(text) > MAX_LENGTH:
        raise UserError(f"Not done: the command has {len(text)} characters, {MAX_LENGTH} are allowed.")
    for char in text:
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            raise UserError(
                f"Not done: the command contains an invisible character (U+{ord(char):04X}).",
                "Type it again instead of pasting it.",
            )
    words: list[Word] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        quoted = text[at] in "\"'"
        word, at = _word(text, at)
        words.append(Word(word, quoted))
    return words


def _word(text: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(text) and not text[at].isspace():
        if text[at] in "\"'":
            piece, at = _quoted(text, at)
            out.append(piece)
        else:
            out.append(text[at])
            at += 1
    return "".join(out), at


def _quoted(text: str, at: int) -> tuple[str, int]:
    mark, start = text[at], at
    out: list[str] = []
    at += 1
    while at < len(text):
        if text[at] == mark:
            return "".join(out), at + 1
        if mark == '"' and text[at] == "\\" and text[at + 1 : at + 2] in {'"', "\\"}:
            at += 1
        out.append(text[at])
        at += 1
    raise UserError(f"Not done: the quote {mark} before {text[start + 1 : start + 21]!r} is never closed.")


def quote(value: str) -> str:
    """A value as ``split`` reads it back as one unquoted or quoted word."""
    if _PLAIN.fullmatch(value) and not value.startswith("-"):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
