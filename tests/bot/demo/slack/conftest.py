"""A local Slack with short time limits, and the real web client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK, client


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(QUICK) as double:
        yield double


@pytest.fixture
def web(slack: SlackDouble) -> AsyncWebClient:
    return client(slack)
