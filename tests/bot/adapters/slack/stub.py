"""A tiny scripted Web API on loopback: answers what a test tells it to and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

RESET = "reset"  # the connection breaks after the call has had its effect
Answer = dict[str, Any] | web.Response | str
Script = Callable[[dict[str, Any]], Answer]

AUTH = {
    "ok": True,
    "team_id": "T1",
    "user_id": "UBOT",
    "bot_id": "BBOT",
    "team": "acme",
    "url": "https://acme.example/",
}


class Stub:
    """``script[method]`` is a list of answers, used in turn, the last one for ever; or a function of the arguments."""

    def __init__(self) -> None:
        self.script: dict[str, list[Answer] | Script] = {"auth.test": [AUTH]}
        self.calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.method == "POST":
            arguments |= {"body": await request.read()}
        self.calls[method].append(arguments)
        answers = self.script.get(method, [{"ok": True}])
        answer = answers(arguments) if callable(answers) else answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == RESET:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
            return web.Response()
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.json_response(answer, headers={"x-oauth-scopes": "chat:write,commands"})


@asynccontextmanager
async def stub_slack() -> AsyncIterator[Stub]:
    stub = Stub()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", stub.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    stub.url = f"http://127.0.0.1:{port}/api/"
    yield stub
    await runner.cleanup()


def limited(seconds: int) -> web.Response:
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)})


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)
