"""Slack as a whole: built from settings and tokens, holds the ports that the rest of the process uses."""

from __future__ import annotations

from bot.adapters.slack.api import Api
from bot.adapters.slack.bolt import Inbound
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.check import check
from bot.adapters.slack.deliveries import Delivery
from bot.adapters.slack.files import Files
from bot.adapters.slack.http import HttpMode
from bot.adapters.slack.outbound import SlackMessenger
from bot.adapters.slack.people import SlackPeople
from bot.adapters.slack.respond import SlackResponder
from bot.adapters.slack.settings import SlackSettings
from bot.adapters.slack.socket import SocketMode
from commands.ports import Handler, Responder


class Slack:
    """``messenger`` and ``people`` work at once; ``serve`` takes deliveries until ``stop``."""

    def __init__(
        self, settings: SlackSettings, *, bot_token: str, app_token: str = "", signing_secret: str = ""
    ) -> None:
        self._settings = settings
        self._signing_secret = signing_secret
        self._api = Api(bot_token, settings.api_url)
        self._app_api = Api(app_token, settings.api_url) if app_token else None
        self._channels = Channels(self._api)
        self._files = Files(self._api)
        self._transport: SocketMode | HttpMode | None = None
        self.messenger = SlackMessenger(self._api, self._channels, self._files, settings)
        self.people = SlackPeople(self._api, ttl=settings.people_ttl)

    async def check(self) -> list[str]:
        """What is wrong, a sentence each; empty when the start may go on."""
        return await check(
            self._api, self._channels, self._settings, app_api=self._app_api, signing_secret=self._signing_secret
        )

    @property
    def connected(self) -> bool:
        """Slack can reach us: a Socket Mode connection stands, or the HTTP port listens."""
        return self._transport is not None and self._transport.connected

    @property
    def http_port(self) -> int:
        """The port that HTTP mode listens on; 0 in Socket Mode."""
        return self._transport.port if isinstance(self._transport, HttpMode) else 0

    async def serve(self, handler: Handler) -> None:
        """Take deliveries until ``stop``. Raises SetupError when Slack will not have us back (a revoked token)."""
        await self._api.identity()
        inbound = Inbound(
            self._api, self._settings.command, handler, self._responder, signing_secret=self._signing_secret
        )
        if self._settings.mode == "http":
            self._transport = HttpMode(inbound, self._settings.http)
        else:
            self._transport = SocketMode(self._app_api or self._api, inbound, self._settings.connections)
        await self._transport.run()

    async def stop(self, seconds: float) -> int:
        """Take nothing new and let running handlers finish for so long. Returns how many were cut off."""
        return await self._transport.stop(seconds) if self._transport else 0

    async def close(self) -> None:
        """Close connections; nothing can be sent afterwards."""
        for api in filter(None, (self._api, self._app_api)):
            await api.close()

    def _responder(self, delivery: Delivery) -> Responder:
        return SlackResponder(delivery, self._api, self.messenger, self._channels, self._files)
