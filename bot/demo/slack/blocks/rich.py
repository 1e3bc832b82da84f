"""Rich text: sections, lists, quotes and preformatted text, and the pieces in them."""

from __future__ import annotations

from typing import Any

from bot.demo.slack.blocks.checker import Checker, Json, kind_of

TEXT = 12_000  # not stated by Slack for a single piece; the total of a message is the limit that people meet
STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
# piece -> (required, optional)
PIECES: dict[str, tuple[set[str], set[str]]] = {
    "text": ({"text"}, {"style"}),
    "link": ({"url"}, {"text", "style", "unsafe"}),
    "emoji": ({"name"}, {"unicode", "style", "skin_tone", "url", "display_name"}),
    "user": ({"user_id"}, {"style"}),
    "usergroup": ({"usergroup_id"}, {"style"}),
    "channel": ({"channel_id"}, {"style"}),
    "broadcast": ({"range"}, {"style"}),
    "date": ({"timestamp", "format"}, {"url", "fallback", "style"}),
    "color": ({"value"}, {"style"}),
}


def _piece(check: Checker, path: str, value: Any, allowed: tuple[str, ...] | None) -> None:
    kind = kind_of(value)
    if kind not in PIECES or (allowed is not None and kind not in allowed):
        check.fail(f"{path}/type", f"unsupported type: {kind}")
        return
    required, optional = PIECES[kind]
    if not check.shape(path, value, required, optional):
        return
    if kind == "text":
        check.string(f"{path}/text", value["text"], TEXT)
    if kind == "link":
        check.url(f"{path}/url", value["url"])
    if kind == "date":
        check.whole(f"{path}/timestamp", value["timestamp"], 0, 2**53)
        check.string(f"{path}/format", value["format"], TEXT)
    if kind == "broadcast":
        check.choice(f"{path}/range", value["range"], ("here", "channel", "everyone"))
    if "style" in value and check.shape(f"{path}/style", value["style"], set(), STYLES):
        for name, on in value["style"].items():
            check.flag(f"{path}/style/{name}", on)


def _part(check: Checker, path: str, value: Any) -> None:
    kind = kind_of(value)
    if kind == "rich_text_list":
        if check.shape(path, value, {"elements", "style"}, {"indent", "offset", "border"}):
            check.choice(f"{path}/style", value["style"], ("bullet", "ordered"))
            for index, each in enumerate(check.items(f"{path}/elements", value["elements"], 1000)):
                _part(check, f"{path}/elements/{index}", each)
        return
    if kind not in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        check.fail(f"{path}/type", f"unsupported type: {kind}")
        return
    optional = {"border", "language"} if kind == "rich_text_preformatted" else {"border"}
    if check.shape(path, value, {"elements"}, optional):
        allowed = ("text", "link") if kind == "rich_text_preformatted" else None
        least = 0 if kind == "rich_text_section" else 1
        for index, each in enumerate(check.items(f"{path}/elements", value["elements"], 1000, least=least)):
            _piece(check, f"{path}/elements/{index}", each, allowed)


def rich_text(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"elements"}, {"block_id"}):
        for index, each in enumerate(check.items(f"{path}/elements", value["elements"], 1000, least=0)):
            _part(check, f"{path}/elements/{index}", each)
