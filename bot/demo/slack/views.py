"""Modals and Home tabs: who has which open, how deep they are stacked, and the checks before one is shown."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

from bot.demo.slack.blocks.checker import Checker
from bot.demo.slack.blocks.layout import check_blocks
from bot.demo.slack.model import APP_ID, BOT_ID, TEAM_ID, Json, SlackError
from bot.demo.slack.workspace import Workspace

DEPTH = 3
SIZE = 250_000  # characters of a view as JSON
FIELDS = {
    "type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close",
    "notify_on_close", "external_id", "submit_disabled",
}  # fmt: skip


def check_view(view: Any) -> list[str]:
    """What Slack would say against a view; empty when it would be shown."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in ("modal", "home"):
        return ["must be a valid enum value: modal, home [json-pointer:/view/type]"]
    check = Checker("modal")
    required = {"blocks", "title"} if kind == "modal" else {"blocks"}
    check.shape("/view", view, required, FIELDS)
    for name in {"title", "close", "submit"} & view.keys():
        check.text(f"/view/{name}", view[name], 24, plain=True)
    for name, limit in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            check.string(f"/view/{name}", view[name], limit, least=0)
    blocks = view.get("blocks", [])
    check.errors += check_blocks(blocks, kind, path="/view/blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if kind == "modal" and has_input and "submit" not in view:
        check.fail("/view", "missing required field: submit")
    return check.errors


class Views:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.stacks: dict[str, list[Json]] = defaultdict(list)
        self.homes: dict[str, Json] = {}

    def _complete(self, view: Json) -> Json:
        errors = check_view(view)
        if errors:
            messages = [f"[ERROR] {error}" for error in errors]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        if len(json.dumps(view)) > SIZE:
            raise SlackError("view_too_large")
        blocks = [{"block_id": self.workspace.new_id("b")} | block for block in view["blocks"]]
        defaults = {"callback_id": "", "private_metadata": "", "clear_on_close": False, "notify_on_close": False}
        own = {"team_id": TEAM_ID, "app_id": APP_ID, "bot_id": BOT_ID, "external_id": ""}
        return {**own, **defaults, "title": None, "close": None, "submit": None, "state": {"values": {}}, **view} | {
            "blocks": blocks
        }

    def _stamp(self, view: Json) -> Json:
        content = json.dumps([view["blocks"], self.workspace.new_id("h")], sort_keys=True)
        view["hash"] = f"{int(self.workspace.clock())}.{hashlib.sha256(content.encode()).hexdigest()[:8]}"
        return view

    def _show(self, user_id: str, view: Json, kind: str = "view") -> None:
        self.workspace.feed.tell({"type": kind, "view": view}, frozenset({user_id}))

    def open(self, user_id: str, view: Json, *, push: bool = False) -> Json:
        """On top of what is open when ``push``, else alone."""
        ready = self._complete(view)
        if ready["type"] != "modal":
            raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a modal"]})
        stack = self.stacks[user_id]
        if ready["external_id"] and any(each["external_id"] == ready["external_id"] for each in stack):
            raise SlackError("duplicate_external_id")
        if push and len(stack) >= DEPTH:
            raise SlackError("push_limit_reached")
        if not push:
            for old in [*stack]:
                self.close(user_id, old["id"])
        ready["id"] = self.workspace.new_id("V")
        ready["previous_view_id"] = stack[-1]["id"] if stack else None
        ready["root_view_id"] = stack[0]["id"] if stack else ready["id"]
        stack.append(self._stamp(ready))
        self._show(user_id, ready)
        return ready

    def find(self, view_id: str, external_id: str = "") -> tuple[str, Json]:
        """Whose view it is, and the view."""
        for user_id, stack in self.stacks.items():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user_id, view
        for user_id, view in self.homes.items():
            if view["id"] == view_id:
                return user_id, view
        raise SlackError("not_found")

    def update(self, view_id: str, view: Json, *, external_id: str = "", hash_: str = "") -> Json:
        user_id, old = self.find(view_id, external_id)
        if hash_ and hash_ != old["hash"]:
            raise SlackError("hash_conflict")
        ready = self._complete(view)
        if ready["type"] != old["type"]:
            raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] view type cannot change"]})
        kept = {key: old[key] for key in ("id", "root_view_id", "previous_view_id") if key in old}
        old.clear()
        old.update(self._stamp(ready | kept))
        self._show(user_id, old, "home" if old["type"] == "home" else "view")
        return old

    def publish(self, user_id: str, view: Any, *, hash_: str = "") -> Json:
        if user_id not in self.workspace.users:
            raise SlackError("user_not_found")
        if not isinstance(view, dict) or view.get("type") != "home":
            raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a home view"]})
        old = self.homes.get(user_id)
        if hash_ and old is not None and hash_ != old["hash"]:
            raise SlackError("hash_conflict")
        ready = self._complete(view)
        ready["id"] = ready["root_view_id"] = old["id"] if old else self.workspace.new_id("V")
        ready["previous_view_id"] = None
        self.homes[user_id] = self._stamp(ready)
        self._show(user_id, ready, "home")
        return ready

    def close(self, user_id: str, view_id: str) -> Json:
        """Take one view off the stack and tell the page."""
        stack = self.stacks[user_id]
        view = next((each for each in stack if each["id"] == view_id), None)
        if view is None:
            raise SlackError("not_found")
        stack.remove(view)
        self.workspace.feed.tell({"type": "view_closed", "view": {"id": view_id}}, frozenset({user_id}))
        return view

    def clear(self, user_id: str) -> None:
        for view in [*self.stacks[user_id]]:
            self.close(user_id, view["id"])
