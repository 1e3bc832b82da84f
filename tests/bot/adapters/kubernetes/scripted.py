"""An API server on loopback that answers what a test tells it to, in order, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

from aiohttp import web

from bot.adapters.kubernetes.access import Kubeconfig
from bot.adapters.kubernetes.settings import WatchSettings
from bot.adapters.kubernetes.transport import Transport
from bot.core.objects import Object

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A whole answer; ``body`` is JSON, text or bytes."""

    async def respond(_: web.Request) -> web.StreamResponse:
        if isinstance(body, bytes):
            return web.Response(body=body, status=status, headers=headers)
        if isinstance(body, str):
            return web.Response(text=body, status=status, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return respond


def failure(code: int, reason: str = "", message: str = "", headers: dict[str, str] | None = None) -> Answer:
    return answer(status_object(code, reason, message), code, headers)


def status_object(code: int, reason: str = "", message: str = "") -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
    }


def hang() -> Answer:
    """Takes the request and never answers."""

    async def respond(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return respond


def stream(*chunks: bytes, end: str = "hold") -> Answer:
    """Chunks one by one; then ``hold`` the connection in silence, ``close`` it in order, or ``break`` it."""

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            await asyncio.sleep(0.001)
        if end == "hold":
            await asyncio.Event().wait()
        if end == "break":
            assert request.transport is not None
            request.transport.abort()
        return response

    return respond


class Api:
    """``script("LIST", path, …)``: the answers in their order; the last one is given again and again.

    LIST and WATCH are the two ways to GET a collection; everything else goes by its HTTP method.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str], Any]] = []
        self._answers: dict[tuple[str, str], deque[Answer]] = defaultdict(deque)
        self._server: web.AppRunner | None = None
        self._transports: list[Transport] = []
        self.url = ""

    def script(self, verb: str, path: str, *answers: Answer) -> None:
        self._answers[verb, path] = deque(answers)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._respond)
        self._server = web.AppRunner(app, shutdown_timeout=0.01, handler_cancellation=True)
        await self._server.setup()
        site = web.TCPSite(self._server, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._server.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for transport in self._transports:
            await transport.close()
        await self.stop()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.cleanup()
            self._server = None

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        verb = "WATCH" if query.get("watch") == "true" else "LIST" if "limit" in query else request.method
        body = json.loads(await request.text() or "null") if request.method != "GET" else None
        self.asked.append((verb, request.path, query, dict(request.headers), body))
        answers = self._answers[verb, request.path]
        if not answers:
            return await (hang() if verb == "WATCH" else failure(500, message="nothing scripted"))(request)
        return await (answers.popleft() if len(answers) > 1 else answers[0])(request)

    def queries(self, verb: str, path: str) -> list[dict[str, str]]:
        return [query for asked, where, query, _, _ in self.asked if (asked, where) == (verb, path)]

    def kubeconfig(self, token: str = "t0k3n") -> dict[str, Any]:
        return {
            "current-context": "it",
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me"}}],
            "clusters": [{"name": "it", "cluster": {"server": self.url}}],
            "users": [{"name": "me", "user": {"token": token}}],
        }

    def transport(self, settings: WatchSettings | None = None, **parts: Any) -> Transport:
        made = Transport("prod", Kubeconfig(self.kubeconfig()), settings, **parts)
        self._transports.append(made)
        return made


class Seen:
    """A WatchSink that writes everything down."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.changes: list[tuple[Object | None, Object | None]] = []

    def changed(self, cluster: str, kind: str, old: Object | None, new: Object | None) -> None:
        self.changes.append((old, new))
        name = (new or old).metadata.name  # type: ignore[union-attr]
        self.told.append(("added" if old is None else "deleted" if new is None else "modified", name))

    def listed(self, cluster: str, kind: str) -> None:
        self.told.append(("listed", kind))

    def unreachable(self, cluster: str, why: str) -> None:
        self.told.append(("unreachable", cluster))

    def reachable(self, cluster: str) -> None:
        self.told.append(("reachable", cluster))


def pod(name: str, version: int, *, namespace: str = "shop", uid: str = "", **status: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": namespace, "uid": uid or f"uid-{name}", "resourceVersion": str(version)}
    return {"metadata": meta, "spec": {"nodeName": "node-1"}, "status": {"phase": "Running", **status}}


def listing(items: Iterable[dict[str, Any]], version: int, go_on: str = "") -> dict[str, Any]:
    metadata = {"resourceVersion": str(version)} | ({"continue": go_on} if go_on else {})
    return {"kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": list(items)}


def line(kind: str, found: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": found}).encode() + b"\n"


def bookmark(version: int) -> bytes:
    return line(
        "BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": str(version)}, "spec": {"containers": None}}
    )


async def until(holds: Callable[[], Any], limit: float = 5.0) -> None:
    """Wait for something to become true on the loop; fails after ``limit`` seconds."""

    async def wait() -> None:
        while not holds():
            await asyncio.sleep(0.002)

    await asyncio.wait_for(wait(), limit)
