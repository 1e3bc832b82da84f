"""Bytes to and from one API server over the official client's authenticated aiohttp transport; no typed models.

Every call has a time-out and a User-Agent; what is safe to repeat is repeated with jitter within a total limit; what
goes wrong becomes one of ``bot.core.errors``.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from bot.adapters.kubernetes.access import Access, authorization
from bot.adapters.kubernetes.backoff import Backoff
from bot.adapters.kubernetes.failures import no_answer, to_error
from bot.adapters.kubernetes.settings import WatchSettings
from bot.core.errors import KubeError, NotFound, Unreachable


def _version() -> str:
    try:
        return version("watchkeeper")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "dev"


USER_AGENT = f"watchkeeper/{_version()}"
_READ_BUFFER = 2**18  # bytes per stream before the socket is paused; the client's own 2 MiB times ten watches is much
_LONGEST_RETRY_AFTER = 30.0

Query = Mapping[str, str | int]


class _Call(msgspec.Struct, frozen=True):
    """One request as it is put on the wire."""

    method: str
    path: str
    query: Query | None
    wait: Any
    body: Any = None
    content_type: str = "application/json"
    agent: str = ""


Sleep = Callable[[float], Awaitable[None]]


def segment(name: str) -> str:
    """A name as one segment of a URL path: it can neither leave its place nor add a query."""
    if not name or name in (".", ".."):
        raise NotFound(f"{name!r} is no object's name", status=404)
    return quote(name, safe=":")


class Transport:
    """One API server. Opened by its first request, so a cluster that is away does not stop the start of the others."""

    def __init__(
        self,
        cluster: str,
        access: Access,
        settings: WatchSettings | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self.cluster = cluster
        self.settings = settings or WatchSettings()
        self._access = access
        self._sleep = sleep
        self._clock = clock
        self._rand = rand
        self._client: ApiClient | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def get(self, path: str, query: Query | None = None, *, limit: float | None = None) -> bytes:
        """Read; repeated on 429, 5xx and lost connections until ``limit`` seconds (retry_limit) are over."""
        return await self.request("GET", path, query, repeat=True, limit=limit)

    async def get_json(self, path: str, query: Query | None = None) -> Any:
        return self._parse(await self.get(path, query), path)

    async def send_json(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        content_type: str = "application/json",
        repeat: bool = False,
        agent: str = "",
        timeout: float | None = None,
    ) -> Any:
        """Write once. ``repeat`` only for what may safely run twice. ``agent`` is appended to the User-Agent."""
        answer = await self.request(
            method, path, body=body, content_type=content_type, repeat=repeat, agent=agent, timeout=timeout
        )
        return self._parse(answer, path)

    def _parse(self, body: bytes, path: str) -> Any:
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreachable(f"{path}: the answer is not JSON: {error}", cluster=self.cluster) from error

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: Any = None,
        content_type: str = "application/json",
        repeat: bool = False,
        agent: str = "",
        timeout: float | None = None,
        limit: float | None = None,
    ) -> bytes:
        """One request, its answer's bytes. ``timeout`` holds for one try, ``limit`` for all of them."""
        backoff = Backoff(0.25, 5.0, self._rand)
        deadline = self._clock() + (self.settings.retry_limit if limit is None else limit)
        once = self.settings.request_timeout if timeout is None else timeout
        while True:
            try:
                seconds = min(once, max(0.1, deadline - self._clock())) if repeat else once
                wait = aiohttp.ClientTimeout(total=seconds, sock_connect=self.settings.connect_timeout)
                call = _Call(method, path, query, wait, body, content_type, agent)
                async with self._open(call) as response:
                    return await response.read()
            except Unreachable as error:
                pause = max(backoff.next(), error.retry_after)
                if not repeat or self._clock() + pause >= deadline:
                    raise
                await self._sleep(pause)

    @asynccontextmanager
    async def stream(
        self, path: str, query: Query | None = None, *, silence: float, total: float | None = None
    ) -> AsyncIterator[aiohttp.StreamReader]:
        """An answer to be read as it comes; ends with Unreachable after ``silence`` seconds without a byte."""
        wait = aiohttp.ClientTimeout(total=total, sock_connect=self.settings.connect_timeout, sock_read=silence)
        async with self._open(_Call("GET", path, query, wait)) as response:
            yield response.content

    @asynccontextmanager
    async def _open(self, call: _Call) -> AsyncIterator[aiohttp.ClientResponse]:
        """The one place where a response is made, its errors translated, its connection given back."""
        what = f"{call.method} {call.path}"
        try:
            client = await self._get_client()
            response = await self._send(client, call)
            if response.status == 401:  # not executed, whatever the method: an old token is worth one more try
                response.release()
                await self._access.renew()
                response = await self._send(client, call)
            try:
                if response.status >= 400:
                    raise _refusal(response, await response.read(), cluster=self.cluster, what=what)
                yield response
            finally:
                _let_go(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise no_answer(error, cluster=self.cluster, what=what) from error

    async def _send(self, client: ApiClient, call: _Call) -> aiohttp.ClientResponse:
        # The API server would gzip large answers; on a quarter CPU unpacking costs more than it saves.
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": call.content_type,
            "User-Agent": f"{USER_AGENT} {call.agent}".rstrip(),
        }
        token = await authorization(client.configuration)
        if token:
            headers["Authorization"] = token
        url = client.configuration.host + call.path + ("?" + urlencode(call.query) if call.query else "")
        answer = await client.rest_client.request(
            call.method, url, headers=headers, body=call.body, _request_timeout=call.wait
        )
        response: aiohttp.ClientResponse = answer.response
        return response

    async def _get_client(self) -> ApiClient:
        async with self._opening:
            if self._client is None:
                configuration: Configuration = await self._access.open()
                configuration.client_session_kwargs = {"read_bufsize": _READ_BUFFER}
                self._client = ApiClient(configuration)
            return self._client


def _let_go(response: aiohttp.ClientResponse) -> None:
    """Give the connection back; one that was not read to its end cannot be used again.

    That one is aborted: a TLS goodbye to a peer that has fallen silent would linger for half a minute.
    """
    if response.content.at_eof():
        response.release()
        return
    if response.connection is not None and response.connection.transport is not None:
        response.connection.transport.abort()
    response.close()


def _refusal(response: aiohttp.ClientResponse, body: bytes, *, cluster: str, what: str) -> KubeError:
    error = to_error(response.status, body, cluster=cluster, what=what)
    if isinstance(error, Unreachable):
        error.retry_after = _retry_after(response.headers.get("Retry-After", ""))
    return error


def _retry_after(text: str) -> float:
    """The API server writes whole seconds; a date is nobody's here and counts as none."""
    return min(float(text), _LONGEST_RETRY_AFTER) if text.isdecimal() else 0.0
