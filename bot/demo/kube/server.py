"""The simulated cluster as a whole: ``async with KubeDouble(...) as kube`` gives a URL that a real client can use."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections import deque
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import web

from bot.demo.kube import discovery
from bot.demo.kube import query as q
from bot.demo.kube.access import ANONYMOUS, Access
from bot.demo.kube.clock import Agenda
from bot.demo.kube.cluster import Cluster
from bot.demo.kube.errors import ApiError, forbidden, no_such_path
from bot.demo.kube.faults import Faults
from bot.demo.kube.handlers import Handlers, read_json, reply
from bot.demo.kube.metrics import Metrics
from bot.demo.kube.store import ObjectStore
from bot.demo.kube.worlds import World

_REVIEWS = {
    "selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "selfsubjectrulesreviews": "SelfSubjectRulesReview",
    "subjectaccessreviews": "SubjectAccessReview",
}
_KEEP_REQUESTS = 10_000


class Asked(msgspec.Struct, frozen=True):
    """One request that reached the server."""

    method: str
    path: str
    query: str
    user_agent: str


class KubeDouble:
    """``world`` says what lives in the cluster; ``clock`` how its time runs (see ``Agenda``).

    ``port`` 0 takes a free one. Several run in one process beside each other.
    """

    def __init__(self, world: World | None = None, clock: Agenda | None = None, *, port: int = 0) -> None:
        self.clock = clock or Agenda()
        self.token = f"demo-{secrets.token_hex(16)}"
        self.faults = Faults()
        self.access = Access(self.token)
        self.cluster = Cluster(self.clock)
        self.requests: deque[Asked] = deque(maxlen=_KEEP_REQUESTS)
        self._world = world
        self._port = port
        self._handlers = Handlers(self.cluster.registry, self.access, self.faults, self.cluster.kubelet, self.clock)
        self.metrics = Metrics(self.store, self.cluster.kubelet, self.clock)
        self._runner: web.AppRunner | None = None
        self._time: asyncio.Task[None] | None = None

    @property
    def store(self) -> ObjectStore:
        return self.cluster.registry.store

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def kubeconfig(self) -> dict[str, Any]:
        """A kubeconfig document, as ``kubectl`` and the client libraries read it."""
        name = "demo"
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": self.url}}],
            "users": [{"name": name, "user": {"token": self.token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }

    async def __aenter__(self) -> Self:
        now = self.clock.now()
        if self._world is not None:
            self.clock.rewind(self._world.age)
        self.cluster.start()
        if self._world is not None:
            self._world.build(self.cluster)
        self.clock.run_until(now)
        await self.come_up()
        self._time = asyncio.create_task(self.clock.run())
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.go_down()
        if self._time is not None:
            self._time.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._time  # a controller's mistake comes out here

    async def come_up(self) -> None:
        """Listen; after ``go_down`` on the same port as before."""
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
        await self._runner.setup()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()

    async def go_down(self) -> None:
        """The API server is gone: open connections break, new ones are refused. What it knew is kept."""
        self.faults.break_watches()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        agent = request.headers.get("User-Agent", "")
        self.requests.append(Asked(request.method, request.path, request.query_string, agent))
        try:
            await self.faults.before(request)
            user = self.access.user(request.headers.get("Authorization", ""))
            return await self._route(request, user)
        except q.UnknownGroup:
            return web.Response(status=404, text="404 page not found\n")
        except ApiError as error:
            after = (error.details or {}).get("retryAfterSeconds")
            return reply(error.body(), error.code, {"Retry-After": str(after)} if after else None)

    async def _route(self, request: web.Request, user: str) -> web.StreamResponse:
        parts = [part for part in request.path.split("/") if part]
        match parts:
            case ["healthz" | "livez" | "readyz", *_]:
                return web.Response(text="ok")
            case ["apis", "authorization.k8s.io", "v1", plural] if plural in _REVIEWS:
                if request.method != "POST":
                    raise no_such_path()
                if user == ANONYMOUS:
                    raise forbidden(user, "create", plural, "authorization.k8s.io", "", "")
                return reply(self.access.review(_REVIEWS[plural], await read_json(request)), 201)
            case ["apis", "metrics.k8s.io", *_] if not self.metrics.available:
                raise q.UnknownGroup
            case ["apis", "metrics.k8s.io", "v1beta1", *rest] if rest:
                return reply(self._metrics(request, user, rest))
        found = discovery.answer(request.path)
        if found is not None:
            if user == ANONYMOUS and parts != ["version"]:
                raise ApiError(403, "Forbidden", _no_path(user, request.path), {})
            return reply(found)
        return await self._handlers.handle(request, user)

    def _metrics(self, request: web.Request, user: str, rest: list[str]) -> dict[str, Any]:
        namespace = rest[1] if rest[0] == "namespaces" and len(rest) > 2 else ""
        plural = rest[2] if namespace else rest[0]
        if user == ANONYMOUS or not self.access.allowed("get", plural, namespace):
            raise forbidden(user, "get", plural, "metrics.k8s.io", namespace, "")
        return self.metrics.answer(rest, request.query.get("labelSelector", ""))


def _no_path(user: str, path: str) -> str:
    return f'forbidden: User "{user}" cannot get path "{path}"'
