"""Buttons and menus -> Block Kit. Only the opaque id of a command goes to Slack, as the element's value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.adapters.slack import limits
from bot.adapters.slack.inline import is_literal, is_web, mrkdwn
from bot.core.message import Actions, Button, Confirm, LinkButton, Menu, Text, plain

BUTTON, MENU, LINK = "wk.button", "wk.menu", "wk.link"


def plain_object(text: str, limit: int) -> dict[str, Any]:
    """A plain_text object; Slack refuses empty ones."""
    shown = limits.clip(limits.sendable(text), limit).strip()
    return {"type": "plain_text", "text": shown or "-", "emoji": True}


def text_object(text: Text, limit: int) -> dict[str, Any]:
    """plain_text where nothing is marked up, so that it stays literal; mrkdwn otherwise."""
    if is_literal(text):
        return plain_object(plain(text), limit)
    return {"type": "mrkdwn", "text": mrkdwn(text, limit).strip() or "-", "verbatim": True}


def action_blocks(part: Actions, number: Iterator[int]) -> list[dict[str, Any]]:
    """Rows of at most 25 elements. ``number`` makes action ids unique within the message."""
    elements = [
        *(_button(button, next(number)) for button in part.buttons),
        *(element for menu in part.menus for element in _menu(menu, number)),
        *(_link(link, next(number)) for link in part.links if is_web(link.url)),
    ]
    rows = range(0, len(elements), limits.ACTIONS)
    blocks: list[dict[str, Any]] = [{"type": "actions", "elements": elements[i : i + limits.ACTIONS]} for i in rows]
    dead = [link.label for link in part.links if not is_web(link.url)]
    if dead:  # a button that leads nowhere is not shown, but what it named is
        blocks.append({"type": "context", "elements": [text_object(", ".join(dead), limits.CONTEXT)]})
    return blocks


def _button(button: Button, number: int, label: str = "") -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "button",
        "action_id": f"{BUTTON}.{number}",
        "text": plain_object(label or button.label, limits.LABEL),
    }
    if button.id:
        element["value"] = button.id
    if button.style:
        element["style"] = button.style
    if button.confirm:
        element["confirm"] = _confirm(button.confirm, danger=button.style == "danger")
    return element


def _confirm(confirm: Confirm, *, danger: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": plain_object(confirm.title, limits.CONFIRM_TITLE),
        "text": text_object(confirm.text, limits.CONFIRM_TEXT),
        "confirm": plain_object(confirm.yes, limits.CONFIRM_BUTTON),
        "deny": plain_object(confirm.no, limits.CONFIRM_BUTTON),
    }
    if danger:
        made["style"] = "danger"
    return made


def _menu(menu: Menu, number: Iterator[int]) -> Iterator[dict[str, Any]]:
    """A menu has one dialog for all its entries; entries that need their own are buttons of their own instead."""
    entries = [option for option in menu.options if not option.confirm]
    if entries:
        shown = entries[: limits.OPTIONS]
        label = menu.label if len(shown) == len(entries) else f"{menu.label} (first {len(shown)} of {len(entries)})"
        yield {
            "type": "static_select",
            "action_id": f"{MENU}.{next(number)}",
            "placeholder": plain_object(label, limits.LABEL),
            "options": [
                {"text": plain_object(option.label, limits.LABEL), "value": option.id or f"{i}"}
                for i, option in enumerate(shown)
            ],
        }
    for option in menu.options:
        if option.confirm:
            yield _button(option, next(number), f"{menu.label}: {option.label}")


def _link(link: LinkButton, number: int) -> dict[str, Any]:
    label = plain_object(link.label, limits.LABEL)
    return {"type": "button", "action_id": f"{LINK}.{number}", "text": label, "url": link.url}
