"""Socket Mode: connections by one-time address, each envelope to one of them, acknowledgements, disconnect frames."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Literal

from aiohttp import WSCloseCode, WSMsgType, web

from bot.demo.slack.model import APP_ID, Json
from bot.demo.slack.ports import Answer, Kind
from bot.demo.slack.state import State

PING_INTERVAL = 10.0
WARNING_GRACE = 10.0  # between the warning and the end of a connection
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


class SocketMode:
    def __init__(self, state: State) -> None:
        self.state = state
        self.connections: list[web.WebSocketResponse] = []
        self.sent: list[Json] = []
        """Every envelope, for tests: ``connection`` says which one carried it."""
        self._numbers: dict[web.WebSocketResponse, int] = {}
        self._count = 0
        self._turn = 0
        self._pending: dict[str, asyncio.Future[Json]] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.state.socket_tickets:
            return web.Response(status=404, text="no such ticket")
        self.state.socket_tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.connections) >= self.state.settings.connections:
            await self._say_goodbye(socket, "too_many_websockets")
            await socket.close()
            return socket
        self._count += 1
        self._numbers[socket] = self._count
        self.connections.append(socket)
        pinger = asyncio.create_task(self._ping(socket))
        try:
            await socket.send_json(self._hello())
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._received(message.data)
        finally:
            pinger.cancel()
            self._forget(socket)
        return socket

    def _hello(self) -> Json:
        debug = {"host": "applink-demo", "build_number": 1, "approximate_connection_time": 18060}
        connection = {"app_id": APP_ID}
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": debug,
            "connection_info": connection,
        }

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self.connections:
            self.connections.remove(socket)

    @staticmethod
    async def _ping(socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await asyncio.sleep(PING_INTERVAL)
            await socket.ping(b"Ping from applink-demo")

    def _received(self, text: str) -> None:
        """An acknowledgement; anything else is ignored, as Slack does."""
        try:
            frame = json.loads(text)
        except ValueError:
            return
        pending = self._pending.get(str(frame.get("envelope_id"))) if isinstance(frame, dict) else None
        if pending is not None and not pending.done() and not self.state.faults.drops_ack():
            payload = frame.get("payload")
            pending.set_result(payload if isinstance(payload, dict) else {})

    def _next(self) -> web.WebSocketResponse | None:
        open_ones = [each for each in self.connections if not each.closed]
        if not open_ones:
            return None
        self._turn += 1
        return open_ones[self._turn % len(open_ones)]

    async def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Answer:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        acknowledged: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._pending[envelope["envelope_id"]] = acknowledged
        try:
            if not await self._write(envelope):
                return Answer("not_connected")
            if self.state.faults.duplicates():
                await self._write(envelope)
            async with asyncio.timeout(self.state.settings.ack):
                return Answer(payload=await acknowledged)
        except TimeoutError:
            return Answer("timeout")
        finally:
            del self._pending[envelope["envelope_id"]]

    async def _write(self, envelope: Json) -> bool:
        """To one connection; to the next when that one has just gone."""
        while (socket := self._next()) is not None:
            try:
                await socket.send_json(envelope)
            except (ConnectionError, RuntimeError):
                self._forget(socket)
            else:
                self.sent.append({**envelope, "connection": self._numbers[socket]})
                return True
        return False

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: Reason) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-demo"}})

    async def disconnect(self, reason: Reason = "refresh_requested", *, most: int = 0, grace: float = -1) -> None:
        """Tell connections to go (``most``: only so many of them) and close them after ``grace`` seconds.

        A ``warning`` comes about ten seconds ahead, the other reasons end the connection at once.
        """
        wait = grace if grace >= 0 else (WARNING_GRACE if reason == "warning" else 0.0)
        for socket in self.connections[: most or None]:
            await self._say_goodbye(socket, reason)
            if reason != "warning":
                self._forget(socket)  # nothing new goes to it
            self.state.spawn(self._close_later(socket, wait))

    @staticmethod
    async def _close_later(socket: web.WebSocketResponse, wait: float) -> None:
        await asyncio.sleep(wait)
        await socket.close()

    def drop(self) -> None:
        """Connections vanish without a word, as when a network breaks."""
        for socket in [*self.connections]:
            self._forget(socket)
            transport = socket.get_extra_info("transport")
            if transport is None and socket._req is not None:  # noqa: SLF001 - aiohttp offers no other way
                transport = socket._req.transport  # noqa: SLF001 - see above
            if transport is not None:
                transport.abort()

    async def close(self) -> None:
        for socket in [*self.connections]:
            await socket.close(code=WSCloseCode.GOING_AWAY)
