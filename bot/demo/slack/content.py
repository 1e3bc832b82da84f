"""What a message may say: Slack's checks of text, blocks, attachments and metadata, the same wherever one is sent."""

from __future__ import annotations

import json
from typing import Any

from bot.demo.slack.blocks.layout import check_blocks, total_size
from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.state import State

TEXT = 40_000  # cut beyond it
TEXT_IN_UPDATE = 4000  # chat.update refuses instead
SPLIT = 4040  # a message of text alone is split beyond it
ATTACHMENTS = 100
METADATA = 16_000


def invalid_blocks(errors: list[str]) -> SlackError:
    return SlackError(
        "invalid_blocks", errors=errors, response_metadata={"messages": [f"[ERROR] {error}" for error in errors]}
    )


def _parsed(value: Any, code: str) -> Any:
    """Form and query arguments carry JSON as text."""
    if isinstance(value, str):
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(code) from None
    return value


def _blocks(state: State, value: Any) -> list[Json]:
    blocks = _parsed(value, "invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    errors = check_blocks(blocks, file_ready=state.files.usable)
    if errors:
        raise invalid_blocks(errors)
    if total_size(blocks) > TOTAL_SIZE:
        raise SlackError("msg_blocks_too_long")
    return [{"block_id": state.workspace.new_id("b")} | block for block in blocks]


TOTAL_SIZE = 13_200  # see blocks.layout.total_size


def _attachments(state: State, value: Any) -> list[Json]:
    attachments = _parsed(value, "invalid_attachments")
    if attachments is None:
        return []
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for index, each in enumerate(attachments):
        if "blocks" in each:
            path = f"/attachments/{index}/blocks"
            errors = check_blocks(each["blocks"], path=path, file_ready=state.files.usable)
            if errors:
                raise SlackError("invalid_attachments", response_metadata={"messages": errors})
    return [{"id": index + 1, "fallback": "[no preview available]"} | each for index, each in enumerate(attachments)]


def _metadata(value: Any) -> Json | None:
    metadata = _parsed(value, "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or metadata.keys() - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def message_content(state: State, args: Json) -> Json:
    """Checked content of a message, only with what was given. Raises SlackError."""
    content: Json = {"text": str(args.get("text") or "")[:TEXT]}
    if args.get("markdown_text"):
        if args.get("text") or args.get("blocks"):
            raise SlackError("markdown_text_conflict")
        if len(str(args["markdown_text"])) > 12_000:
            raise SlackError("msg_too_long")
        content["text"] = str(args["markdown_text"])
    for name, found in (
        ("blocks", _blocks(state, args.get("blocks"))),
        ("attachments", _attachments(state, args.get("attachments"))),
        ("metadata", _metadata(args.get("metadata"))),
    ):
        if found:
            content[name] = found
    if not content["text"].strip() and "blocks" not in content and "attachments" not in content:
        raise SlackError("no_text")
    return content


def split_text(content: Json) -> list[Json]:
    """A long text without blocks becomes several messages, cut at line ends where there are any."""
    text = str(content["text"])
    if "blocks" in content or "attachments" in content or len(text) <= SPLIT:
        return [content]
    pieces = []
    while text:
        cut = text.rfind("\n", 1, SPLIT) if len(text) > SPLIT else -1
        cut = cut if cut > 0 else SPLIT
        pieces.append(text[:cut])
        text = text[cut:].removeprefix("\n")
    return [content | {"text": piece} for piece in pieces]
