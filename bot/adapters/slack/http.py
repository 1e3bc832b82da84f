"""HTTP mode: Slack calls us. Every request is verified by its signature before anything is done for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.adapters.slack.bolt import Inbound
from bot.adapters.slack.settings import HttpSettings
from bot.core.errors import SetupError

log = logging.getLogger(__name__)

_BODY = 1_000_000  # bytes; Slack's payloads carry the whole message that a button hangs on


async def bolt_request(request: web.Request) -> AsyncBoltRequest:
    """As bolt's own adapter makes it, but for one case in which bolt loses the body.

    Bolt takes any form that contains the word "payload" for an interaction, and finds nothing in
    ``/k8s describe deploy/payload-api``.
    """
    made: AsyncBoltRequest = await to_bolt_request(request)
    if not made.body and made.raw_body:
        made.body = dict(parse_qsl(made.raw_body, keep_blank_values=True))
        made.context = build_async_context(AsyncBoltContext({}), made.body)
    return made


class HttpMode:
    def __init__(self, inbound: Inbound, settings: HttpSettings) -> None:
        self._inbound = inbound
        self._settings = settings
        self._runner: web.AppRunner | None = None
        self._stopped = asyncio.Event()
        self._closed = asyncio.Event()
        self.connected = False
        self.port = settings.port

    def application(self) -> web.Application:
        app = web.Application(client_max_size=_BODY)
        app.router.add_post(self._settings.path, self._handle)
        return app

    async def run(self) -> None:
        """Listen until ``stop``. Raises SetupError when the address is taken."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=3)
        await self._runner.setup()
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            await web.TCPSite(self._runner, self._settings.host, self._settings.port).start()
            self.port = self._runner.addresses[0][1]
            self.connected = True
            log.info("listening for Slack", extra={"address": where, "path": self._settings.path})
            await self._stopped.wait()
        except OSError as error:
            raise SetupError([f"slack.http: cannot listen on {where}: {error.strerror or error}"]) from error
        finally:
            self.connected = False
            await self._runner.cleanup()
            self._closed.set()

    async def stop(self, seconds: float) -> int:
        """Take nothing new, let running handlers finish for so long. Returns how many did not.

        A request that is still being read becomes a handler: the port is closed before handlers are waited for.
        """
        end = asyncio.get_running_loop().time() + seconds
        self.connected = False
        self._stopped.set()
        if self._runner is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await self._closed.wait()
        return await self._inbound.running.drain(max(0.0, end - asyncio.get_running_loop().time()))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
            return web.Response(status=401)  # bolt would stumble over it, loudly
        try:
            made = await bolt_request(request)
        except ValueError:  # not UTF-8, or not the JSON that it says it is
            return web.Response(status=400)
        return await to_aiohttp_response(await self._inbound.dispatch(made))
