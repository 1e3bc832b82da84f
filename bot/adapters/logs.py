"""The bot's own log: JSON lines for machines, short lines for a terminal; never a secret in either.

Every record passes through one filter that redacts its finished text, so a library's debug line cannot leak a token.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, TextIO

from bot.core.redact import redact
from bot.core.times import format_time

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_COLOURS = {"DEBUG": "2", "INFO": "36", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and whatever ``extra`` carries."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": format_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        entry |= {key: _plain(value) for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            entry["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


class TerminalFormatter(logging.Formatter):
    """``14:02:11 watch   prod: listed 412 pods``, in colour."""

    def format(self, record: logging.LogRecord) -> str:
        clock = self.formatTime(record, "%H:%M:%S")
        name = record.name.rsplit(".", 1)[-1][:9]
        line = f"{clock} \x1b[{_COLOURS.get(record.levelname, '0')}m{name:9}\x1b[0m {redact(record.getMessage())}"
        return f"{line}\n{redact(self.formatException(record.exc_info))}" if record.exc_info else line


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | bool) or value is None else redact(str(value))


def set_up(level: str = "info", *, style: str = "auto", stream: TextIO | None = None) -> None:
    """Send all logging to ``stream`` (stderr). ``style``: json, text, or auto (text on a terminal)."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    terminal = style == "text" or (style == "auto" and stream.isatty())
    handler.setFormatter(TerminalFormatter() if terminal else JsonFormatter())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for noisy in ("slack_bolt", "slack_sdk", "aiohttp.access", "botocore", "urllib3", "kubernetes", "apscheduler"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
