"""What expires: trigger ids that open one modal within seconds, and response URLs that answer a few times."""

from __future__ import annotations

import secrets

import msgspec

from bot.demo.slack.model import Clock, SlackError
from bot.demo.slack.settings import DoubleSettings


class Trigger(msgspec.Struct, kw_only=True):
    user_id: str
    made_at: float
    used: bool = False


class ResponseTicket(msgspec.Struct, kw_only=True):
    """``message`` is the ts on which a button was pressed, empty for a slash command."""

    user_id: str
    channel: str
    made_at: float
    message: str = ""
    ephemeral: bool = False
    thread: str = ""
    uses: int = 0


class Tickets:
    def __init__(self, settings: DoubleSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseTicket] = {}

    def trigger(self, user_id: str) -> str:
        now = self.clock()
        name = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user_id=user_id, made_at=now)
        return name

    def redeem(self, trigger_id: str) -> str:
        """Whose trigger it was. Single use, and only for a few seconds."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() - trigger.made_at > self.settings.trigger:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user_id

    def response(
        self, user_id: str, channel: str, *, message: str = "", ephemeral: bool = False, thread: str = ""
    ) -> str:
        name = f"{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self._responses[name] = ResponseTicket(
            user_id=user_id,
            channel=channel,
            made_at=self.clock(),
            message=message,
            ephemeral=ephemeral,
            thread=thread,
        )
        return name

    def answer(self, name: str) -> ResponseTicket:
        """Count one use of a response URL, if it still has any."""
        ticket = self._responses.get(name)
        if ticket is None:
            raise SlackError("no_such_url")
        if self.clock() - ticket.made_at > self.settings.response_url_life:
            raise SlackError("expired_url")
        if ticket.uses >= self.settings.response_url_uses:
            raise SlackError("used_url")
        ticket.uses += 1
        return ticket
