"""Buttons: an opaque id goes to Slack, the command that lies behind it stays in the store.

The id is derived from where the button hangs and what it does, so that editing a message does not mint new ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from bot.core.message import Actions, Button, Menu, Message, Part
from bot.core.ports import Store
from bot.core.redact import redact

BUTTON_TTL = 30 * 24 * 3600.0  # a button on a month-old alert no longer means what it says


class StoredButton(msgspec.Struct, frozen=True):
    """What a pressed button means. ``subject`` is what it hangs on: an incident's id, an approval's id."""

    command: str
    subject: str


def _identify(subject: str, command: str) -> str:
    return hashlib.sha256(f"{subject}\n{command}".encode()).hexdigest()[:24]


def with_ids(message: Message, subject: str) -> Message:
    """The message with every button's and menu's id filled in. Pure."""

    def button(one: Button) -> Button:
        return msgspec.structs.replace(one, id=_identify(subject, one.command))

    def menu(one: Menu) -> Menu:
        options = tuple(button(option) for option in one.options)
        return msgspec.structs.replace(one, options=options, id=_identify(subject, "menu " + one.label))

    parts = tuple(
        msgspec.structs.replace(part, buttons=tuple(map(button, part.buttons)), menus=tuple(map(menu, part.menus)))
        if isinstance(part, Actions)
        else part
        for part in message.parts
    )
    return msgspec.structs.replace(message, parts=parts)


def _buttons(message: Message) -> Iterable[Button]:
    for part in message.parts:
        if isinstance(part, Actions):
            yield from part.buttons
            for menu in part.menus:
                yield from menu.options


def _without_secrets(message: Message) -> Message:
    """A command into which somebody typed a secret is not kept for a month: its button is left out."""
    parts: list[Part] = []
    for part in message.parts:
        if not isinstance(part, Actions):
            parts.append(part)
            continue
        buttons = tuple(filter(_harmless, part.buttons))
        menus = tuple(msgspec.structs.replace(one, options=tuple(filter(_harmless, one.options))) for one in part.menus)
        kept = msgspec.structs.replace(part, buttons=buttons, menus=tuple(one for one in menus if one.options))
        if kept.buttons or kept.menus or kept.links:
            parts.append(kept)
    return msgspec.structs.replace(message, parts=tuple(parts))


def _harmless(button: Button) -> bool:
    return redact(button.command) == button.command


async def register(store: Store, message: Message, subject: str) -> Message:
    """Fill in the ids and store what each button means; call before every post and update."""
    ready = with_ids(_without_secrets(message), subject)
    for button in _buttons(ready):
        value = msgspec.json.encode(StoredButton(button.command, subject))
        await store.put(f"button/{button.id}", value, ttl=BUTTON_TTL)
    return ready


async def look_up(store: Store, button_id: str) -> StoredButton | None:
    """What a pressed button means; None when it has expired or was never ours."""
    record = await store.get(f"button/{button_id}")
    return msgspec.json.decode(record.value, type=StoredButton) if record else None
