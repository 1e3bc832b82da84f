"""Real Bolt apps for the local Slack's tests: connected by Socket Mode or listening for signed requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings

DEFAULTS = DoubleSettings()
MORE_SCOPES = ("im:read", "reactions:write")
QUICK = DoubleSettings(
    ack=0.4,
    event_retries=(0.0, 0.1, 0.1),
    upload_delay=0.05,
    bot_scopes=(*DEFAULTS.bot_scopes, *MORE_SCOPES),
)


def client(slack: SlackDouble, token: str = "xoxb-demo", **options: Any) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.api_url, **options)


def new_app(slack: SlackDouble) -> AsyncApp:
    return AsyncApp(client=client(slack), signing_secret=slack.settings.signing_secret)


async def refusal(call: Awaitable[Any]) -> str:
    """Slack's error code for a call that is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something to become true; fail when it does not."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def connected(slack: SlackDouble, app: AsyncApp, *, ping: float = 0.2) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app on one Socket Mode connection."""
    handler = AsyncSocketModeHandler(app, slack.settings.app_token, ping_interval=ping)
    before = len(slack.socket.connections)
    await handler.connect_async()
    await until(lambda: len(slack.socket.connections) > before)
    try:
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def listening(app: AsyncApp) -> AsyncIterator[str]:
    """The app behind a request URL."""
    runner = web.AppRunner(app.web_app("/slack/events"))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()
