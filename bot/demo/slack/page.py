"""The people's side over HTTP: state, stream, act, complete, and the page's own files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
from aiohttp import web

from bot.demo.page import DIRECTORY
from bot.demo.slack.acting import Acting
from bot.demo.slack.model import BOT_ID, BOT_USER_ID, Channel, Json, SlackError, User
from bot.demo.slack.state import State

KEEPALIVE = 10.0
_SERVED = {".html", ".css", ".js", ".svg"}
Completer = Callable[[str, str, str], Awaitable[list[Json]]]
"""Who (name), channel name, text so far -> ``{"text", "hint"}`` each."""


def _json(body: object, status: int = 200) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json", headers=headers)


def _refused(error: SlackError) -> web.Response:
    detail = str(error.extra.get("detail", ""))
    return _json({"ok": False, "error": error.code, "detail": detail or error.code.replace("_", " ")}, 400)


def _file(name: str) -> web.FileResponse:
    """Asked for anew each time: after an update no old script must meet new data."""
    return web.FileResponse(DIRECTORY / name, headers={"Cache-Control": "no-cache"})


class Page:
    """While ``opened`` is cleared, whoever comes waits at the door: the demo opens when the bot is there to answer."""

    def __init__(self, state: State, acting: Acting, completer: Completer | None = None) -> None:
        self.state = state
        self.acting = acting
        self.completer = completer
        self.closing = asyncio.Event()
        self.opened = asyncio.Event()
        self.opened.set()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/", self.index)
        app.router.add_get("/demo/state", self.get_state)
        app.router.add_get("/demo/stream", self.stream)
        app.router.add_post("/demo/act", self.act)
        app.router.add_get("/demo/complete", self.complete)
        app.router.add_get("/page/{name}", self.file)

    async def index(self, _request: web.Request) -> web.StreamResponse:
        await self.opened.wait()
        return _file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in {path.name for path in DIRECTORY.iterdir() if path.suffix in _SERVED}:
            raise web.HTTPNotFound
        return _file(name)

    def state_for(self, user: User) -> Json:
        """Everything this person may see now."""
        state, settings = self.state, self.state.settings
        channels = [each for each in state.workspace.seen_by(user.id) if not each.is_archived]
        bot = state.workspace.bot
        return {
            "seq": state.workspace.feed.seq,
            "team": state.workspace.team,
            "me": self._person(user),
            "people": [self._person(each) for each in state.workspace.users.values() if each.role],
            "groups": [{"id": each.id, "handle": each.handle} for each in state.workspace.groups.values()],
            "channels": [self._channel(each) for each in channels],
            "messages": {each.id: state.messages.newest(user.id, each, settings.history) for each in channels},
            "views": state.views.stacks[user.id],
            "home": state.views.homes.get(user.id),
            "commands": [
                {"command": name, "description": told, "usage_hint": hint} for name, told, hint in settings.commands
            ],
            "shortcuts": [{"callback_id": callback_id, "name": name} for callback_id, name in settings.shortcuts],
            "bot": {"id": BOT_ID, "user_id": BOT_USER_ID, "name": bot.real_name, "icon": "/page/lighthouse.svg"},
        }

    def _person(self, user: User) -> Json:
        names = ("id", "name", "real_name", "role", "title", "color")
        return {**{name: getattr(user, name) for name in names}, "may": self.state.settings.may.get(user.name, "")}

    def _channel(self, channel: Channel) -> Json:
        name = channel.name or self.state.settings.app_name
        return {"id": channel.id, "name": name, "topic": channel.topic, "kind": channel.kind, "member": True}

    def _asker(self, request: web.Request) -> User:
        return self.state.workspace.user(request.query.get("as", ""))

    async def get_state(self, request: web.Request) -> web.StreamResponse:
        await self.opened.wait()
        try:
            return _json(self.state_for(self._asker(request)))
        except SlackError as error:
            return _refused(error)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._asker(request)
        except SlackError as error:
            return _refused(error)
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        with self.state.workspace.feed.listen(user.id) as queue:
            # A seq from another run of this server is as unknown as one that is too old.
            known = after.isdigit() and int(after) <= self.state.workspace.feed.seq
            missed = self.state.workspace.feed.since(int(after), user.id) if known else None
            if missed is None:
                return _json({"ok": False, "error": "gone", "detail": "fetch the state again"}, 410)
            response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
            response.content_type = "text/event-stream"
            await response.prepare(request)
            with suppress(ConnectionError):  # the reader has gone away
                await response.write(b": hello\n\n")
                for event in missed:
                    await _write(response, event)
                await self._follow(response, queue)
        return response

    async def _follow(self, response: web.StreamResponse, queue: asyncio.Queue[Json]) -> None:
        closing = asyncio.create_task(self.closing.wait())
        getting = asyncio.create_task(queue.get())
        try:
            while not closing.done():
                await asyncio.wait({closing, getting}, timeout=KEEPALIVE, return_when=asyncio.FIRST_COMPLETED)
                if getting.done():
                    await _write(response, getting.result())
                    getting = asyncio.create_task(queue.get())
                elif not closing.done():
                    await response.write(b": keepalive\n\n")
        finally:
            closing.cancel()
            getting.cancel()

    async def act(self, request: web.Request) -> web.StreamResponse:
        # Only JSON: another web page open in the same browser cannot send it here without asking first.
        if request.content_type != "application/json":
            return _refused(SlackError("invalid_act", detail="send JSON with Content-Type: application/json"))
        await self.opened.wait()
        try:
            body = json.loads(await request.text())
            return _json(await self.acting.act(dict(body)))
        except (TypeError, ValueError) as error:
            return _refused(SlackError("invalid_act", detail=str(error)))
        except SlackError as error:
            return _refused(error)

    async def complete(self, request: web.Request) -> web.StreamResponse:
        if self.completer is None:
            return _json({"completions": []})
        try:
            name = self._asker(request).name
        except SlackError as error:
            return _refused(error)
        channel, text = request.query.get("channel", ""), request.query.get("text", "")
        return _json({"completions": await self.completer(name, channel, text)})


async def _write(response: web.StreamResponse, event: Json) -> None:
    await response.write(b"id: %d\ndata: %s\n\n" % (event["seq"], msgspec.json.encode(event)))
