"""Socket Mode: keeps several connections open, replaces each before it ends, and gives up when the token is dead."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable

import aiohttp

from bot.adapters.slack.api import Api
from bot.adapters.slack.bolt import Inbound
from bot.adapters.slack.failures import FATAL
from bot.adapters.slack.link import Link
from bot.core.errors import SendLater, SendNever, SetupError

log = logging.getLogger(__name__)

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_TOO_MANY_WAIT = 30.0  # ten connections an app: others hold them, hurry does not help


class SocketMode:
    """``run`` ends by ``stop`` or with a SetupError that says what a person must do."""

    def __init__(
        self,
        app_api: Api,
        inbound: Inbound,
        connections: int,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = app_api
        self._inbound = inbound
        self._connections = connections
        self._sleep = sleep
        self._links: dict[Link, asyncio.Task[None]] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False

    @property
    def connected(self) -> bool:
        """At least one connection on which Slack can reach us."""
        return any(link.ready for link in self._links)

    async def run(self) -> None:
        self._keepers = [asyncio.create_task(self._keep(n), name=f"socket {n}") for n in range(self._connections)]
        try:
            done, _ = await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.cancelled() and (error := task.exception()):
                    raise error
        finally:
            await self._close()

    async def stop(self, seconds: float) -> int:
        """Take nothing new, let running handlers finish for so long. Returns how many did not."""
        self._stopping = True
        await self._close()
        return await self._inbound.running.drain(seconds)

    async def _close(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(link.close() for link in self._links), return_exceptions=True)
        await asyncio.gather(*self._links.values(), return_exceptions=True)

    async def _keep(self, number: int) -> None:
        """One connection after another. Each gets a URL of its own: Slack's are good for one try only."""
        failures = 0
        while not self._stopping:
            link = Link(self._api.session, self._inbound, f"socket {number}", self._api.client.proxy)
            try:
                await link.open(await self._url())
            except (SendLater, aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
                wait = max(_backoff(failures), getattr(error, "after", 0.0))
                failures += 1
                log.warning("cannot connect to Slack", extra={"why": _told(error), "retry in": round(wait, 1)})
                await self._sleep(wait)
                continue
            failures = 0
            log.info("connected to Slack", extra={"link": link.name})
            reading = asyncio.create_task(link.read(), name=f"reading {link.name}")
            self._links[link] = reading
            reading.add_done_callback(lambda _, link=link: self._links.pop(link, None))  # type: ignore[misc]
            await link.leaving.wait()
            await self._after(link.reason)

    async def _after(self, reason: str) -> None:
        if reason == "link_disabled":
            raise SetupError([f"Slack closed the connection: {FATAL['link_disabled']}"])
        if reason == "too_many_websockets":
            await self._sleep(_TOO_MANY_WAIT)
        elif reason == "closed":
            await self._sleep(_backoff(0))  # not announced: do not storm Slack together with everybody else

    async def _url(self) -> str:
        try:
            data = await self._api.write("apps.connections.open")
        except SendNever as error:
            if error.code in FATAL:
                raise SetupError([f"SLACK_APP_TOKEN: {FATAL[error.code]}"]) from error
            raise SendLater(error.code, str(error), _LONGEST_WAIT) from error
        return str(data["url"])


def _backoff(failures: int) -> float:
    """Full jitter, so that replicas do not come back all at once."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures, 10))
    return random.uniform(0.5, 1.0) * longest  # noqa: S311 - no secret


def _told(error: Exception) -> str:
    """An error's words without the URL, which carries a ticket."""
    return str(error) if isinstance(error, SendLater) else type(error).__name__
