"""The server as tests and the demo use it: several at once, files, a clean end."""

from __future__ import annotations

import asyncio

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK, client


async def test_several_at_once_know_nothing_of_each_other() -> None:
    async with SlackDouble(QUICK) as one, SlackDouble(QUICK) as other:
        assert one.url != other.url
        one.workspace.users["U0DANA"].deleted = True
        await client(one).chat_postMessage(channel="general", text="x")
        assert len(one.in_channel("general")) == 1
        assert other.in_channel("general") == []
        assert not other.workspace.users["U0DANA"].deleted


async def test_it_ends_at_once_with_a_reader_on_the_stream_and_an_app_on_the_socket() -> None:
    slack = SlackDouble(QUICK)
    await slack.start()
    async with aiohttp.ClientSession() as session:
        stream = await session.get(f"{slack.url}/demo/stream?as=vera&after=0")
        url = (await client(slack).apps_connections_open(app_token="xapp-demo"))["url"]
        socket = await session.ws_connect(url)
        async with asyncio.timeout(1):
            await slack.stop()
        stream.close()
        await socket.close()


async def test_an_uploaded_page_cannot_run_in_the_workspace(slack: SlackDouble, web: AsyncWebClient) -> None:
    done = await web.files_upload_v2(filename="x.html", content="<script>alert(1)</script>")
    slack.clock.advance(1)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{slack.url}/files/{done['files'][0]['id']}") as response:
            assert response.status == 200
            assert "sandbox" in response.headers["Content-Security-Policy"]
        async with session.get(f"{slack.url}/files/F0NOTHING") as response:
            assert response.status == 404
