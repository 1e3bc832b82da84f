"""The Responder port: answers one request by the ways Slack allows.

First the ``response_url`` (five uses in thirty minutes, works in every channel), then an ephemeral message, which needs
the app in the channel, then a direct message, which always arrives.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator

import aiohttp

from bot.adapters.slack.api import Api
from bot.adapters.slack.blocks import Rendered
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.deliveries import Delivery
from bot.adapters.slack.files import Files
from bot.adapters.slack.outbound import REFUSED, SlackMessenger, renderings
from bot.core.errors import SendError, SendLater, SendNever
from bot.core.message import Message
from bot.core.ports import Posted

log = logging.getLogger(__name__)

_USES = 5
_LIFETIME = 29 * 60.0  # thirty minutes, less what the way takes


class SlackResponder:
    def __init__(
        self,
        delivery: Delivery,
        api: Api,
        messenger: SlackMessenger,
        channels: Channels,
        files: Files,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._delivery = delivery
        self._api = api
        self._messenger = messenger
        self._channels = channels
        self._files = files
        self._now = now
        self._uses = 0
        self._answered_apart = False

    async def reply(self, message: Message, *, public: bool = False, replace: bool = False) -> None:
        request = self._delivery.request
        made = renderings(message, await self._files.pictures(message))
        if request.source == "home":
            await self._first_accepted(made, self._publish)
        elif self._url_usable():
            try:
                await self._first_accepted(made, lambda one: self._by_url(one, public=public, replace=replace))
            except SendError as error:
                if public and error.code not in ("expired_url", "used_url"):
                    raise  # it may have been shown: a second one for everybody would be worse than none
                log.info("response_url failed, answering another way", extra={"why": str(error)})
                await self._another_way(message, public=public)
        else:
            await self._another_way(message, public=public)
        self._answered_apart = self._answered_apart or not replace

    async def post(self, message: Message, *, thread: str = "") -> Posted:
        return await self._messenger.post(self._delivery.request.channel, message, thread=thread)

    async def upload(self, name: str, content: bytes, *, title: str = "") -> None:
        direct = await self._channels.direct(self._delivery.request.actor.user_id)
        await self._files.share(direct, name, content, title=title)

    def _url_usable(self) -> bool:
        age = self._now() - self._delivery.request.received_at
        return bool(self._delivery.response_url) and self._uses < _USES and age < _LIFETIME

    def _replaces(self, *, replace: bool) -> bool:
        """May this answer take the place of the message that the response_url belongs to?

        For a button that is the message it hangs on: an alert must not be overwritten by an answer, while a private
        preview gives way to its outcome. For a slash command it is its own earlier answer.
        """
        source = self._delivery.request.source
        if source == "button":
            return replace and self._delivery.ephemeral and not self._answered_apart
        return replace and source == "slash"

    async def _by_url(self, one: Rendered, *, public: bool, replace: bool) -> None:
        self._uses += 1
        body = {
            "response_type": "in_channel" if public else "ephemeral",
            "replace_original": self._replaces(replace=replace),
            "text": one.text,
            "blocks": one.blocks,
        }
        url = self._delivery.response_url
        try:
            async with self._api.session.post(url, json=body, proxy=self._api.client.proxy) as response:
                text = await response.text()
        except (aiohttp.ClientError, OSError) as error:
            raise SendLater("connection", f"response_url: {type(error).__name__}") from error
        if response.status != 200 or '"ok":false' in text.replace(" ", ""):
            raise _refused(response.status, text)

    async def _publish(self, one: Rendered) -> None:
        view = {"type": "home", "blocks": one.blocks}
        user = self._delivery.request.actor.user_id
        await self._api.write("views.publish", idempotent=True, user_id=user, view=view)

    async def _another_way(self, message: Message, *, public: bool) -> None:
        request = self._delivery.request
        if public and request.channel:
            await self._messenger.post(request.channel, message, thread=self._delivery.thread)
            return
        if request.channel.startswith("D"):  # a conversation with one person, where nobody else reads along
            await self._messenger.post(request.channel, message, thread=self._delivery.thread)
            return
        if request.channel:
            made = renderings(message, await self._files.pictures(message))
            try:
                await self._first_accepted(made, self._ephemeral)
            except SendNever as error:  # not a channel of ours: the person is always reachable directly
                log.info("no ephemeral message there, answering directly", extra={"why": str(error)})
            else:
                return
        await self._messenger.post(await self._channels.direct(request.actor.user_id), message)

    async def _ephemeral(self, one: Rendered) -> None:
        request = self._delivery.request
        await self._api.write(
            "chat.postEphemeral",
            channel=request.channel,
            user=request.actor.user_id,
            thread_ts=self._delivery.thread or None,
            text=one.text,
            blocks=one.blocks,
        )

    async def _first_accepted(self, made: Iterator[Rendered], send: Callable[[Rendered], Awaitable[None]]) -> None:
        """Send the richest rendering that Slack takes."""
        refused: SendError = SendNever("invalid_blocks")
        for one in made:
            try:
                await send(one)
            except SendNever as error:
                if error.code not in REFUSED:
                    raise
                refused = error
            else:
                return
        raise refused


def _refused(status: int, text: str) -> SendError:
    """A response_url answers errors with 404 and a body that may name one."""
    for code in (*REFUSED, "expired_url", "used_url"):
        if code in text:
            return SendNever(code, f"response_url: {code}")
    if status >= 500 or status == 429:
        return SendLater(f"http_{status}", f"response_url: HTTP {status}")
    return SendNever("used_url" if status in (404, 410) else "refused", f"response_url: HTTP {status} {text[:200]}")
