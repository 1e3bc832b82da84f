"""Collects what is wrong with a payload, each problem with its JSON pointer, and the checks that everything shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]

ID_LIMIT = 255
URL_LIMIT = 3000


def kind_of(value: Any) -> str:
    """An object's ``type``; empty when it has none that could be one."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


class Checker:
    """One payload's errors. ``file_ready`` says whether a ``slack_file`` can be shown yet."""

    def __init__(self, surface: Surface, file_ready: Callable[[Json], bool] = lambda _: True) -> None:
        self.surface = surface
        self.file_ready = file_ready
        self.errors: list[str] = []
        self.block_ids: set[str] = set()
        self.action_ids: set[str] = set()

    def fail(self, path: str, message: str) -> None:
        self.errors.append(f"{message} [json-pointer:{path}]")

    def shape(self, path: str, value: Any, required: set[str], optional: set[str]) -> bool:
        """True for an object with all required and no unknown properties; ``type`` needs no mention."""
        if not isinstance(value, dict):
            self.fail(path, "must provide an object")
            return False
        for name in sorted(required - value.keys()):
            self.fail(path, f"missing required field: {name}")
        for name in sorted(value.keys() - required - optional - {"type"}):
            self.fail(path, f"invalid additional property: {name}")
        return required <= value.keys()

    def string(self, path: str, value: Any, limit: int, *, least: int = 1) -> bool:
        if not isinstance(value, str):
            self.fail(path, "must provide a string")
        elif len(value) < least:
            self.fail(path, f"must be more than {least - 1} characters")
        elif len(value) > limit:
            self.fail(path, f"must be less than {limit + 1} characters")
        else:
            return True
        return False

    def items(self, path: str, value: Any, most: int, *, least: int = 1) -> list[Any]:
        if not isinstance(value, list):
            self.fail(path, "must provide an array")
            return []
        if len(value) < least:
            self.fail(path, f"no less than {least} items allowed")
        if len(value) > most:
            self.fail(path, f"no more than {most} items allowed")
        return value

    def choice(self, path: str, value: Any, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self.fail(path, f"must be a valid enum value: {', '.join(allowed)}")

    def whole(self, path: str, value: Any, low: int, high: int) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fail(path, f"must be a number from {low} to {high}")

    def flag(self, path: str, value: Any) -> None:
        if not isinstance(value, bool):
            self.fail(path, "must be a boolean")

    def url(self, path: str, value: Any, *, schemes: tuple[str, ...] = ("http", "https", "mailto", "tel")) -> None:
        if not self.string(path, value, URL_LIMIT):
            return
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        hostless = parts.scheme in ("http", "https") and not parts.hostname
        if parts.scheme not in schemes or hostless or any(letter.isspace() for letter in value):
            self.fail(path, "invalid url")

    def text(self, path: str, value: Any, limit: int, *, plain: bool = False) -> None:
        """A text object; ``plain`` allows ``plain_text`` alone."""
        if not self.shape(path, value, {"type", "text"}, {"emoji", "verbatim"}):
            return
        kind = value["type"]
        if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            self.fail(f"{path}/type", "must be a valid enum value" if not plain else "must be plain_text")
        elif kind == "mrkdwn" and "emoji" in value:
            self.fail(path, "invalid additional property: emoji")
        elif kind == "plain_text" and "verbatim" in value:
            self.fail(path, "invalid additional property: verbatim")
        self.string(f"{path}/text", value["text"], limit)

    def block_id(self, path: str, block: Json) -> None:
        if "block_id" not in block or not self.string(f"{path}/block_id", block["block_id"], ID_LIMIT):
            return
        if block["block_id"] in self.block_ids:
            self.fail(f"{path}/block_id", f"block_id `{block['block_id']}` already exists")
        self.block_ids.add(block["block_id"])

    def action_id(self, path: str, element: Json) -> None:
        if "action_id" not in element or not self.string(f"{path}/action_id", element["action_id"], ID_LIMIT):
            return
        if element["action_id"] in self.action_ids:
            self.fail(f"{path}/action_id", f"action_id `{element['action_id']}` already exists")
        self.action_ids.add(element["action_id"])
