"""A recorded workspace for the page's tests: it serves what a test puts into it and writes down what the page does.

It knows none of Slack's rules (``bot.demo.slack`` has those); it keeps to the page's side of the contract alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web
from playwright.async_api import Page

from bot.demo.page import DIRECTORY

PEOPLE = [
    {"id": "U0VERA", "name": "vera", "real_name": "Vera Lind", "role": "viewer", "title": "Support", "color": "8a5fb0"},
    {
        "id": "U0DANA",
        "name": "dana",
        "real_name": "Dana Kim",
        "role": "deployer",
        "title": "Shop team",
        "color": "2f7d5b",
    },
    {"id": "U0APRIL", "name": "april", "real_name": "April Ode", "role": "approver", "title": "SRE", "color": "b0643a"},
    {"id": "U0GUS", "name": "gus", "real_name": "Gus Hart", "role": "guest", "title": "Guest", "color": "5b6f80"},
]
CHANNELS = [
    {
        "id": "C0ALERTS",
        "name": "k8s-alerts",
        "topic": "What breaks in the cluster, once each",
        "kind": "channel",
        "member": True,
    },
    {"id": "C0SHOP", "name": "shop-dev", "topic": "The shop team", "kind": "channel", "member": True},
    {"id": "C0PAY", "name": "payments-dev", "topic": "", "kind": "channel", "member": True},
    {"id": "C0GENERAL", "name": "general", "topic": "", "kind": "channel", "member": True},
    {"id": "D0APP", "name": "watchkeeper", "topic": "", "kind": "im", "member": True},
]
ALERTS = "C0ALERTS"
COMMANDS = [
    {
        "command": "/k8s",
        "description": "Ask Watchkeeper about the cluster",
        "usage_hint": "help | describe KIND/NAME | logs POD",
    }
]
VERBS = {
    "logs": "show a container's log",
    "describe": "what is wrong with an object, and its parts",
    "help": "what can be asked",
}
GROUPS = [{"id": "S0ONCALL", "handle": "oncall"}]
SHORTCUTS = [{"callback_id": "explain", "name": "Explain this"}]
BOT = {"id": "B0WATCH", "user_id": "U0WATCH", "name": "Watchkeeper", "icon": "/page/lighthouse.svg"}
PNG = bytes.fromhex(  # one blue pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763486898090002d80163cb86b9"
    "0c0000000049454e44ae426082"
)

Answer = Callable[[dict[str, Any]], dict[str, Any]]
Visit = Callable[..., Awaitable[Page]]


class RecordedWorkspace:
    """``messages`` by channel id; ``acts``: what the page did; ``answer`` decides what an act is answered with."""

    def __init__(self) -> None:
        self.seq = 0
        self.messages: dict[str, list[dict[str, Any]]] = {channel["id"]: [] for channel in CHANNELS}
        self.views: list[dict[str, Any]] = []
        self.home: dict[str, Any] | None = None
        self.acts: list[dict[str, Any]] = []
        self.answer: Answer = lambda _act: {"ok": True, "seen": []}
        self.completing = asyncio.Event()  # cleared: completions are held back
        self.completing.set()
        self.readers: list[asyncio.Queue[dict[str, Any] | None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_static("/page/", DIRECTORY)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_get("/demo/state", self._state)
        app.router.add_get("/demo/stream", self._stream)
        app.router.add_get("/demo/complete", self._complete)
        app.router.add_post("/demo/act", self._act)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hang_up()
        await self._runner.cleanup()

    def hang_up(self) -> None:
        """End every stream, as a restart of the workspace does."""
        for reader in self.readers:
            reader.put_nowait(None)

    def add(self, *messages: dict[str, Any]) -> None:
        """What stands there before the page opens."""
        for message in messages:
            self.messages[message["channel"]].append(message)

    async def last_act(self) -> dict[str, Any]:
        """What the page did last; waits for it to do something at all."""
        async with asyncio.timeout(5):
            while not self.acts:
                await asyncio.sleep(0.01)
        return self.acts[-1]

    def emit(self, event: dict[str, Any]) -> None:
        """Tell the open pages."""
        self.seq += 1
        for reader in self.readers:
            reader.put_nowait({"seq": self.seq, **event})

    def post(self, message: dict[str, Any], kind: str = "message") -> None:
        """A message that arrives while the page is open (or a changed one)."""
        kept = [each for each in self.messages[message["channel"]] if each["ts"] != message["ts"]]
        self.messages[message["channel"]] = [*kept, message]
        self.emit({"type": kind, "channel": message["channel"], "message": message})

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(DIRECTORY / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        me = next(person for person in PEOPLE if person["name"] == request.query["as"])
        state = {
            "seq": self.seq, "team": {"id": "T0DEMO", "name": "Watchkeeper demo workspace"}, "me": me, "people": PEOPLE,
            "channels": CHANNELS, "messages": self.messages, "views": self.views, "home": self.home,
            "commands": COMMANDS, "shortcuts": SHORTCUTS, "groups": GROUPS, "bot": BOT,
        }  # fmt: skip
        return web.json_response(state)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        reader: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.readers.append(reader)
        while (event := await reader.get()) is not None:
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
        self.readers.remove(reader)
        return response

    async def _act(self, request: web.Request) -> web.Response:
        act = await request.json()
        self.acts.append(act)
        answer = self.answer(act)
        return web.json_response(answer, status=200 if answer["ok"] else 400)

    async def _complete(self, request: web.Request) -> web.Response:
        await self.completing.wait()
        text = request.query["text"]
        begun = text.removeprefix("/k8s ")
        found = [
            {"text": f"/k8s {verb} ", "hint": hint}
            for verb, hint in VERBS.items()
            if text.startswith("/k8s ") and verb.startswith(begun)
        ]
        return web.json_response({"completions": found})

    async def _file(self, request: web.Request) -> web.Response:
        if request.match_info["name"].endswith(".txt"):
            return web.Response(text="\n".join(f"line {number}" for number in range(1, 13)))
        return web.Response(body=PNG, content_type="image/png")
