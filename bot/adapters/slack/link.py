"""One Socket Mode connection, from its URL to its end: reads envelopes, acknowledges on the same socket.

Written on aiohttp rather than taken from slack_sdk, whose clients ask for no new URL when one is dead, drop the old
socket as soon as Slack announces its end (what arrives in those ten seconds is lost), and never give up a bad token.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.adapters.slack.bolt import Inbound

log = logging.getLogger(__name__)

_CONNECT = 10.0  # seconds from the URL to Slack's hello
_HEARTBEAT = 10.0  # a ping each; unanswered for half of it, the socket is dead (a half-open connection is silent)
_ACK = 2.5  # Slack shows an error after 3 s; whatever bolt is doing then, the delivery is acknowledged
_LAST_WORDS = 30.0  # how long an announced end may take before we close ourselves


def _expect_hello(first: aiohttp.WSMessage) -> None:
    if first.type is not aiohttp.WSMsgType.TEXT or json.loads(first.data).get("type") != "hello":
        raise aiohttp.ClientConnectionError(f"no hello but {first.type.name}")


class Link:
    """``leaving`` is set when another connection should take over; ``reason`` is Slack's word for why."""

    def __init__(self, session: aiohttp.ClientSession, inbound: Inbound, name: str, proxy: str | None = None) -> None:
        self._session = session
        self._inbound = inbound
        self._proxy = proxy
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.name = name
        self.leaving = asyncio.Event()
        self.reason = ""
        self.ready = False

    async def open(self, url: str) -> None:
        """Connect and wait for hello. Raises aiohttp.ClientError or TimeoutError; the URL is used up either way."""
        try:
            async with asyncio.timeout(_CONNECT):
                self._socket = await self._session.ws_connect(url, heartbeat=_HEARTBEAT, proxy=self._proxy)
                first = await self._socket.receive()
            _expect_hello(first)
        except BaseException:  # cancelled or failed, the socket must not be left open
            await self.close()
            raise
        self.ready = True

    async def read(self) -> None:
        """Until the socket ends, by whichever side."""
        assert self._socket is not None
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self.ready = False
            self.reason = self.reason or "closed"
            self.leaving.set()
            await self._socket.close()

    async def close(self) -> None:
        self.ready = False
        if self._socket is not None:
            await self._socket.close()

    def _take(self, text: str) -> None:
        try:
            frame: dict[str, Any] = json.loads(text)
        except ValueError:
            log.warning("a frame that is not JSON", extra={"link": self.name})
            return
        if frame.get("type") == "disconnect":
            self._disconnecting(str(frame.get("reason", "")))
        elif request := SocketModeRequest.from_dict(frame):
            self._inbound.running.start(self._dispatch(request), f"envelope {request.envelope_id}")

    def _disconnecting(self, reason: str) -> None:
        """Another takes over; this one is read until Slack closes it: deliveries still come."""
        log.info("Slack ends a connection", extra={"link": self.name, "reason": reason})
        self.reason = reason
        self.ready = False
        self.leaving.set()
        asyncio.get_running_loop().call_later(_LAST_WORDS, self._hang_up)

    def _hang_up(self) -> None:
        if self._socket is not None and not self._socket.closed:
            self._inbound.running.start(self.close(), f"closing {self.name}")

    async def _dispatch(self, request: SocketModeRequest) -> None:
        """Bolt runs on when it is late; the acknowledgement does not wait for it."""
        made = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
        work = asyncio.ensure_future(self._inbound.dispatch(made))
        done, _ = await asyncio.wait({work}, timeout=_ACK)
        response = work.result() if done and not work.exception() else None
        if done and (error := work.exception()):
            log.error("bolt failed on an envelope", exc_info=error, extra={"type": request.type})
        await self._ack(request.envelope_id, response)
        await asyncio.wait({work})

    async def _ack(self, envelope: str, response: BoltResponse | None) -> None:
        answer: dict[str, Any] = {"envelope_id": envelope}
        if response is not None and response.status == 200 and response.body:
            answer["payload"] = json.loads(response.body) if response.body.startswith("{") else {"text": response.body}
        try:
            assert self._socket is not None
            await self._socket.send_json(answer)
        except (aiohttp.ClientError, ConnectionError) as error:
            log.warning("acknowledgement lost with its connection", extra={"why": str(error)})
