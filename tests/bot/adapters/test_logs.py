"""The bot's log is JSON for machines and never holds a secret, whoever wrote the line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.adapters.logs import set_up

TOKEN = "xoxb-1234567890-abcdefghijklmnop"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)


def test_json_lines_carry_extra_and_no_secret(stream: io.StringIO) -> None:
    set_up("info", style="json", stream=stream)
    logging.getLogger("bot.x").warning("using %s", TOKEN, extra={"cluster": "prod", "url": f"https://h/?token={TOKEN}"})
    entry = json.loads(stream.getvalue())
    assert (entry["level"], entry["logger"], entry["cluster"]) == ("warning", "bot.x", "prod")
    assert entry["time"].endswith("Z")
    assert TOKEN not in stream.getvalue()


def test_a_traceback_is_one_entry_and_redacted(stream: io.StringIO) -> None:
    set_up("info", style="json", stream=stream)
    try:
        raise ValueError(f"bad token {TOKEN}")
    except ValueError:
        logging.getLogger("bot.x").exception("failed")
    assert stream.getvalue().count("\n") == 1
    assert "ValueError" in json.loads(stream.getvalue())["error"]
    assert TOKEN not in stream.getvalue()


def test_a_line_break_in_a_message_cannot_forge_an_entry(stream: io.StringIO) -> None:
    set_up("info", style="json", stream=stream)
    logging.getLogger("bot.x").info("a\n%s", '{"level": "info", "message": "forged"}')
    assert len(stream.getvalue().splitlines()) == 1


def test_text_for_a_terminal_and_levels(stream: io.StringIO) -> None:
    set_up("warning", style="text", stream=stream)
    logging.getLogger("bot.adapters.kubernetes.watch").info("hidden")
    logging.getLogger("bot.adapters.kubernetes.watch").warning("prod: %s", TOKEN)
    assert "watch" in stream.getvalue()
    assert "hidden" not in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_chatty_libraries_are_kept_at_warnings(stream: io.StringIO) -> None:
    set_up("debug", style="json", stream=stream)
    logging.getLogger("slack_sdk.web").info("Authorization: Bearer x")
    assert stream.getvalue() == ""
