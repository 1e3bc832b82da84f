"""Calls to Slack's Web API through slack_sdk, with our rules on repeating and our errors.

slack_sdk's own retry handlers are switched off: by default it repeats a post when the connection breaks, though Slack
may already have shown it. Here only what cannot duplicate is repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.failures import translate
from bot.core.errors import SendLater

_TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)
_TRIES = 3
_LONGEST_WAIT = 3.0  # a read that must wait longer than this is handed back
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Identity(msgspec.Struct, frozen=True):
    """Who we are in this workspace, from auth.test. ``scopes`` come from the answer's header."""

    team_id: str
    user_id: str
    bot_id: str
    enterprise_id: str = ""
    team: str = ""
    scopes: frozenset[str] = frozenset()


class Api:
    """One bot token. ``sleep`` is a parameter so that tests need not wait."""

    def __init__(self, token: str, url: str, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.client = AsyncWebClient(token=token, base_url=url, retry_handlers=[], user_agent_prefix="watchkeeper")
        if urlsplit(url).hostname in _LOOPBACK:
            self.client.proxy = None  # slack_sdk takes HTTP_PROXY without looking at NO_PROXY
        self._sleep = sleep
        self._identity: Identity | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """One session for all calls; slack_sdk alone would open a connection for each."""
        if self.client.session is None or self.client.session.closed:
            connector = aiohttp.TCPConnector(keepalive_timeout=20)
            self.client.session = aiohttp.ClientSession(timeout=_TIMEOUT, connector=connector)
        return self.client.session

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()

    async def read(self, method: str, **arguments: Any) -> dict[str, Any]:
        """A call that changes nothing: repeated after short waits."""
        params = {name: value for name, value in arguments.items() if value not in (None, "")}
        return await self._repeat(method, http_verb="GET", params=params)

    async def pages(self, method: str, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """All pages of a read, by cursor."""
        cursor = ""
        while True:
            page = await self.read(method, cursor=cursor, **arguments)
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def write(self, method: str, *, idempotent: bool = False, **arguments: Any) -> dict[str, Any]:
        """A call that changes something: sent once, unless doing it twice is the same as once."""
        json = {name: value for name, value in arguments.items() if value is not None}
        if idempotent:
            return await self._repeat(method, json=json)
        return await self._once(method, json=json)

    async def identity(self) -> Identity:
        """Who we are; asked once."""
        if self._identity is None:
            data = await self._repeat("auth.test")
            self._identity = Identity(
                team_id=data["team_id"],
                user_id=data["user_id"],
                bot_id=data.get("bot_id") or "",
                enterprise_id=data.get("enterprise_id") or "",
                team=data.get("team") or "",
                scopes=frozenset(filter(None, str(data["scopes"]).replace(" ", "").split(","))),
            )
        return self._identity

    async def _repeat(self, method: str, **request: Any) -> dict[str, Any]:
        for left in range(_TRIES - 1, -1, -1):
            try:
                return await self._once(method, **request)
            except SendLater as error:
                if not left or error.after > _LONGEST_WAIT:
                    raise
                await self._sleep(error.after)
        raise AssertionError("unreachable")

    async def _once(self, method: str, **request: Any) -> dict[str, Any]:
        _ = self.session
        try:
            response = await self.client.api_call(method, **request)
        except Exception as error:
            raise translate(error) from error
        data = dict(response.data) if isinstance(response.data, dict) else {}
        data.setdefault("scopes", response.headers.get("x-oauth-scopes", ""))
        return data
