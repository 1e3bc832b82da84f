"""The server side of Socket Mode on loopback: one-time URLs, hello, envelopes, and the ways in which it goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from tests.bot.adapters.slack.stub import Stub


class SocketStub(Stub):
    """``dead`` URLs are handed out before good ones; ``error`` refuses apps.connections.open."""

    def __init__(self) -> None:
        super().__init__()
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: list[dict[str, Any]] = []
        self.acked = asyncio.Event()
        self.opened = 0
        self.dead = 0
        self.silent = 0
        self.error = ""
        self._tickets: set[str] = set()

    def connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        self.opened += 1
        if self.error:
            return {"ok": False, "error": self.error}
        ticket = f"t{self.opened}"
        if self.dead:
            self.dead -= 1
        else:
            self._tickets.add(ticket)
        return {"ok": True, "url": f"{self.url.replace('http', 'ws').removesuffix('api/')}link?ticket={ticket}"}

    async def link(self, request: web.Request) -> web.StreamResponse:
        if request.query["ticket"] not in self._tickets:
            return web.Response(status=408)
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.silent:
            self.silent -= 1
            await socket.receive()
            return socket
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acks.append(message.json())
                self.acked.set()
        return socket

    async def ack(self) -> dict[str, Any]:
        """The next acknowledgement."""
        async with asyncio.timeout(5):
            while not self.acks:
                self.acked.clear()
                await self.acked.wait()
        return self.acks.pop(0)

    async def has_sockets(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.sockets) < count:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def socket_slack() -> AsyncIterator[SocketStub]:
    stub = SocketStub()
    stub.script["apps.connections.open"] = stub.connections_open
    app = web.Application()
    app.router.add_route("*", "/api/{method}", stub.handle)
    app.router.add_get("/link", stub.link)
    app.router.add_post("/response/{method}", stub.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield stub
    for socket in stub.sockets:
        await socket.close()
    await runner.cleanup()


def envelope(number: int, payload: dict[str, Any], kind: str = "slash_commands", **extra: Any) -> dict[str, Any]:
    return {"type": kind, "envelope_id": f"e{number}", "payload": payload, "accepts_response_payload": True, **extra}
