"""Everything that one local Slack knows, in one bundle that is handed to whoever serves a request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.demo.slack.faults import Faults
from bot.demo.slack.files import Files
from bot.demo.slack.messages import Messages
from bot.demo.slack.model import Clock, Json, Token
from bot.demo.slack.rate import Rates
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.tickets import Tickets
from bot.demo.slack.views import Views
from bot.demo.slack.workspace import Workspace


class State:
    def __init__(self, settings: DoubleSettings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.workspace = Workspace(settings, self.clock)
        self.messages = Messages(self.workspace)
        self.views = Views(self.workspace)
        self.files = Files(self.workspace)
        self.tickets = Tickets(settings, self.clock)
        self.rates = Rates(self.clock, enabled=settings.rate_limits)
        self.faults = Faults()
        self.tokens = {
            settings.bot_token: Token(kind="bot", scopes=settings.bot_scopes),
            settings.app_token: Token(kind="app", scopes=settings.app_scopes),
        }
        self.scheduled: dict[str, Json] = {}
        self.socket_tickets: set[str] = set()
        self.base_url = ""
        self._tasks: set[asyncio.Task[Any]] = set()

    def listening(self, base_url: str) -> None:
        """The port is known."""
        self.base_url = self.files.base_url = base_url

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Something that goes on after the answer: a file's processing, a redelivery. Ends with the server."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
