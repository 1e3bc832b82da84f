"""Choosing the few lines of a log that tell most: the last ones, and the first error. Pure."""

from __future__ import annotations

import re

from bot.core.redact import clean, redact

LINES = 7
_WIDTH = 200  # a phone shows about 40 characters a line; more than five wrapped lines of one are no evidence
_ERROR = re.compile(
    r"\b(?:error|err|exception|panic|fatal|critical|severe|traceback|segfault|caused by|cannot|failed|failure|refused"
    r"|denied|no such|not found|timed? ?out|undefined|out of memory)\b|(?:Error|Exception)\b",
    re.IGNORECASE,
)
_NO_ERROR = re.compile(r"\b(?:0|no) (?:errors?|failures?|failed)\b|\berrors?[=:] ?0\b", re.IGNORECASE)


def is_error(line: str) -> bool:
    return bool(_ERROR.search(_NO_ERROR.sub("", line)))


def pick(text: str, lines: int = LINES) -> str:
    """The telling lines of a raw log, redacted and without control characters, in their order.

    Redaction comes first, on the whole text: a secret may span lines of which only one is kept.
    """
    kept = [line.rstrip() for line in clean(redact(text)).split("\n")]
    kept = [line for line in kept if line.strip()]
    if len(kept) <= lines:
        return "\n".join(map(_cut, kept))
    tail = kept[-lines:]
    first = next((line for line in kept if is_error(line)), None)
    at = next((index for index, line in enumerate(kept) if line is first), len(kept))
    if first is None or at >= len(kept) - lines:
        return "\n".join(map(_cut, tail))
    head = [_cut(first)] if at == len(kept) - lines else [_cut(first), "…"]
    return "\n".join([*head, *map(_cut, tail[1:])])


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
