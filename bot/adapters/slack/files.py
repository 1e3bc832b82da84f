"""Uploads: three calls, the last of which only begins the work; files.info tells when a picture may be shown."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import aiohttp

from bot.adapters.slack.api import Api
from bot.adapters.slack.blocks import digest
from bot.adapters.slack.failures import translate
from bot.core.errors import SendError, SendLater
from bot.core.message import Message, Picture

log = logging.getLogger(__name__)

_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6, 2.0)  # about five seconds in all; then the alt text has to do
_REMEMBERED = 256


class Files:
    def __init__(self, api: Api, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._api = api
        self._sleep = sleep
        self._uploaded: OrderedDict[str, str] = OrderedDict()

    async def share(self, channel_id: str, name: str, content: bytes, *, title: str = "", thread: str = "") -> None:
        """Upload and show in a conversation."""
        file = await self._send(name, content)
        entry = {"id": file, "title": title or name}
        await self._api.write(
            "files.completeUploadExternal", files=[entry], channel_id=channel_id, thread_ts=thread or None
        )

    async def pictures(self, message: Message) -> dict[str, str]:
        """Upload a message's pictures -> digest to file id. One that fails is left out: its alt text is shown.

        Remembered by content, so that editing a message does not upload again.
        """
        ready: dict[str, str] = {}
        for part in message.parts:
            if isinstance(part, Picture):
                key = digest(part)
                if key not in self._uploaded:
                    await self._prepare(key, part)
                if key in self._uploaded:
                    self._uploaded.move_to_end(key)
                    ready[key] = self._uploaded[key]
        while len(self._uploaded) > _REMEMBERED:
            self._uploaded.popitem(last=False)
        return ready

    def forget(self, message: Message) -> None:
        """Slack did not take these pictures: upload them anew next time."""
        for part in message.parts:
            if isinstance(part, Picture):
                self._uploaded.pop(digest(part), None)

    async def _prepare(self, key: str, picture: Picture) -> None:
        try:
            file = await self._send(picture.name, picture.content, alt=picture.alt)
            entry = {"id": file, "title": picture.title or picture.name}
            await self._api.write("files.completeUploadExternal", files=[entry])
            if await self._done(file):
                self._uploaded[key] = file
        except SendError as error:  # a message without its picture is better than none
            log.warning("picture not uploaded, its text is shown instead", extra={"why": str(error)})

    async def _done(self, file: str) -> bool:
        for wait in _WAITS:
            info = await self._api.read("files.info", file=file)
            if info["file"].get("mimetype"):
                return True
            await self._sleep(wait)
        log.warning("picture still not ready, its text is shown instead", extra={"file": file})
        return False

    async def _send(self, name: str, content: bytes, *, alt: str = "") -> str:
        place = await self._api.read(
            "files.getUploadURLExternal", filename=name, length=len(content), alt_txt=alt[:1000]
        )
        try:
            async with self._api.session.post(
                place["upload_url"], data=content, proxy=self._api.client.proxy
            ) as response:
                if response.status != 200:
                    raise SendLater(f"http_{response.status}", f"Slack took no file: HTTP {response.status}")
        except (aiohttp.ClientError, OSError) as error:
            raise translate(error) from error
        return str(place["file_id"])
