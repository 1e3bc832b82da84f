"""How something reaches the app: what Socket Mode and HTTP have in common."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from bot.demo.slack.model import Json

Kind = Literal["slash_commands", "interactive", "events_api"]
Failure = Literal["", "timeout", "not_connected", "error"]


class Answer(msgspec.Struct, frozen=True):
    """What became of one delivery. ``payload`` is what the app sent along with its acknowledgement.

    ``final``: the app asked not to be sent this again.
    """

    failure: Failure = ""
    payload: Json = {}
    final: bool = False


class Transport(Protocol):
    async def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Answer:
        """Deliver once and wait for the acknowledgement, as long as Slack waits. Never raises."""
