"""Shared fixtures: a handler that keeps what it is given."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.message import Message
from commands.model import Request
from commands.ports import Responder


class Handled:
    """A commands.ports.Handler that remembers requests and answers when told to."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Message | None = None
        self.gate: asyncio.Event | None = None
        self._came = asyncio.Event()

    async def __call__(self, request: Request, responder: Responder) -> None:
        self.requests.append(request)
        self._came.set()
        if self.gate:
            await self.gate.wait()
        if self.answer:
            await responder.reply(self.answer)

    async def wait_for(self, count: int) -> list[Request]:
        async with asyncio.timeout(10):
            while len(self.requests) < count:
                self._came.clear()
                await self._came.wait()
        return self.requests


@pytest.fixture
def handled() -> Handled:
    return Handled()
