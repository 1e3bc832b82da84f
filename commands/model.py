"""Who asks what: the words of the command flow."""

from __future__ import annotations

from typing import Literal

import msgspec

from bot.core.ports import Posted


class Actor(msgspec.Struct, frozen=True):
    """Who acted, as Slack identifies people. Names are for display only and never decide anything."""

    team_id: str
    user_id: str
    enterprise_id: str = ""


class Person(msgspec.Struct, frozen=True):
    """What Slack says about an actor now.

    ``refused`` is why this account may not use Watchkeeper at all (guest, external, bot, deactivated), empty if it may.
    ``groups`` are the ids of the user groups they are in; ``group_handles`` the same by handle, without ``@``.
    """

    actor: Actor
    name: str
    refused: str = ""
    groups: frozenset[str] = frozenset()
    group_handles: frozenset[str] = frozenset()
    timezone: str = "UTC"


Source = Literal["slash", "button", "mention", "shortcut", "home"]


class Request(msgspec.Struct, frozen=True):
    """One delivery from Slack, already verified and acknowledged.

    ``id`` is the same for every redelivery of the same thing: it runs at most once.
    ``text`` is what stands behind the slash command (or behind the mention). For a button ``button`` is its opaque id
    and ``message`` where it hangs.
    """

    id: str
    actor: Actor
    channel: str
    source: Source
    text: str = ""
    button: str = ""
    message: Posted | None = None
    channel_name: str = ""
    received_at: float = 0.0
