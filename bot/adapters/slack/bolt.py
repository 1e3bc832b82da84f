"""Inbound: slack-bolt's listeners acknowledge at once and hand a Request to the handler in a task of its own.

Both transports (socket.py, http.py) dispatch into the same app. What no listener knows is acknowledged as well: Slack
would deliver it again and again, and count us as failing.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import deliveries
from bot.adapters.slack.api import Api
from bot.adapters.slack.deliveries import Delivery
from bot.adapters.slack.running import Running
from commands.ports import Handler, Responder

log = logging.getLogger(__name__)

_ANY = re.compile(r".*")


class Inbound:
    """``responder`` makes the way back for one delivery."""

    def __init__(
        self,
        api: Api,
        command: str,
        handler: Handler,
        responder: Callable[[Delivery], Responder],
        *,
        signing_secret: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._handler = handler
        self._responder = responder
        self._now = now
        self.running = Running()
        self.app = self._make_app(signing_secret)
        self._listen(command)

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Bolt's answer; 404, which only means that no listener wanted it, becomes an acknowledgement."""
        response = await self.app.async_dispatch(request)
        return BoltResponse(status=200, body="") if response.status == 404 else response

    def _make_app(self, signing_secret: str) -> AsyncApp:
        library = logging.getLogger("slack_bolt")
        # Bolt reads the token from the environment by itself and warns that ours, which is the same, goes unused.
        library.disabled = True
        try:
            return AsyncApp(
                name="watchkeeper",
                logger=library,
                client=AsyncWebClient(base_url=self._api.client.base_url),
                authorize=self._authorize(),
                signing_secret=signing_secret or "socket mode does not sign",
                ignoring_self_events_enabled=True,
                request_verification_enabled=True,
            )
        finally:
            library.disabled = False

    def _authorize(self) -> Callable[..., Awaitable[AuthorizeResult]]:
        """Known since the start check: no call to Slack stands between a delivery and its acknowledgement.

        Bolt fills in arguments by name and takes no bound method.
        """

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            us = await self._api.identity()
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_user_id=us.user_id,
                bot_id=us.bot_id,
                bot_token=self._api.client.token,
            )

        return authorize

    def _listen(self, command: str) -> None:
        app = self.app

        async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self._take(deliveries.from_command(body, self._now()))

        async def on_action(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self._take(deliveries.from_action(body, self._now()))

        async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            if body.get("type") == "message_action":
                self._take(deliveries.from_shortcut(body, self._now()))

        async def on_mention(body: dict[str, Any]) -> None:
            us = await self._api.identity()
            self._take(deliveries.from_mention(body, us.user_id, self._now()))

        async def on_message(body: dict[str, Any]) -> None:
            us = await self._api.identity()
            self._take(deliveries.from_direct(body, us.user_id, self._now()))

        async def on_home(body: dict[str, Any]) -> None:
            self._take(deliveries.from_home(body, self._now()))

        async def only_ack(ack: AsyncAck) -> None:
            await ack()

        async def no_options(ack: AsyncAck) -> None:
            await ack(options=[])

        app.command(command)(on_command)
        app.action(_ANY)(on_action)
        app.shortcut(_ANY)(on_shortcut)
        app.view(_ANY)(only_ack)
        app.view_closed(_ANY)(only_ack)
        app.options(_ANY)(no_options)
        app.event("app_mention")(on_mention)
        app.event("message")(on_message)
        app.event("app_home_opened")(on_home)
        app.event(_ANY)(only_ack)

    def _take(self, delivery: Delivery | None) -> None:
        if delivery is None:
            return
        log.info("request", extra={"request": delivery.request.id, "source": delivery.request.source})
        self.running.start(self._handler(delivery.request, self._responder(delivery)), delivery.request.id)
