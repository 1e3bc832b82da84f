"""The local Slack as a whole: one aiohttp application on one port, started by the demo and by tests."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo.slack import response_url
from bot.demo.slack.acting import Acting
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.http_mode import HttpMode
from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.page import Completer, Page
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.socket import Reason, SocketMode
from bot.demo.slack.state import State
from bot.demo.slack.web_api.gateway import Gateway

BODY_LIMIT = 64 * 2**20  # uploads


class SlackDouble:
    """``async with SlackDouble() as slack``: ``slack.api_url`` is the base URL for slack_sdk.

    ``completer`` offers completions for the page's command line. ``faults`` and ``rates`` make it misbehave, ``clock``
    moves its time forward, ``act`` does what a person does.
    """

    def __init__(self, settings: DoubleSettings | None = None, *, completer: Completer | None = None) -> None:
        self.settings = settings or DoubleSettings()
        self.state = State(self.settings)
        self.workspace = self.state.workspace
        self.messages = self.state.messages
        self.views = self.state.views
        self.faults = self.state.faults
        self.rates = self.state.rates
        self.clock = self.state.clock
        self.socket = SocketMode(self.state)
        self.http = HttpMode(self.state)
        self.delivery = Delivery(self.state, self.socket, self.http)
        self.acting = Acting(self.state, self.delivery)
        self.page = Page(self.state, self.acting, completer)
        self.url = ""
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def application(self) -> web.Application:
        app = web.Application(client_max_size=BODY_LIMIT)
        gateway = Gateway(self.state)
        app.router.add_route("*", "/api/{method}", gateway.handle)
        app.router.add_get("/socket", self.socket.handle)
        app.router.add_post("/response/{ticket:.+}", self._respond)
        app.router.add_post("/upload/v1/{ticket}", self._upload)
        app.router.add_get("/files/{id}", self._file)
        app.router.add_get("/files/{id}/{name:.*}", self._file)
        self.page.add_to(app)
        return app

    async def start(self) -> None:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.state.listening(self.url)

    async def stop(self) -> None:
        self.page.closing.set()
        await self.socket.close()
        await self.state.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def act(self, who: str, **what: Any) -> Json:
        """What ``who`` does on the page, without HTTP. Raises SlackError for what cannot be done."""
        return await self.acting.act({"as": who, **what})

    def in_channel(self, name: str) -> list[Json]:
        """A channel's messages, oldest first, thread replies included."""
        channel = self.workspace.channel(name, by_name=True)
        return sorted(self.messages.by_channel[channel.id].values(), key=lambda message: str(message["ts"]))

    async def use_http(self, url: str) -> None:
        """Set the request URL, which Slack checks first. An empty one goes back to Socket Mode."""
        self.http.request_url = url
        if url:
            await self.http.verify()

    async def disconnect(self, reason: Reason = "refresh_requested", *, most: int = 0, grace: float = -1) -> None:
        await self.socket.disconnect(reason, most=most, grace=grace)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        return await response_url.handle(self.state, request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "multipart/form-data":
            parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
            content = parts[0].file.read() if parts else b""
        else:
            content = await request.read()
        try:
            file = self.state.files.receive(request.match_info["ticket"], content)
        except SlackError as error:
            return web.Response(status=400, text=error.code)
        return web.Response(text=f"OK - {file.length}")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Whoever is on the page is signed in: no token asked for."""
        file = self.state.files.by_id.get(request.match_info["id"])
        if file is None or file.content is None or not self.state.files.ready(file):
            return web.Response(status=404, text="file_not_found")
        kind = self.state.files.to_slack(file)["mimetype"]
        # What was uploaded is shown, never run, in the page's own origin.
        headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.content, content_type=kind, headers=headers)
