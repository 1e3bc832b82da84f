"""Socket Mode as the real client meets it: several connections, disconnects, a dead address, lost frames."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
import pytest

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK, client, connected, new_app, until


async def test_two_connections_share_the_load_and_no_delivery_is_doubled() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        texts = []

        @app.command("/k8s")
        async def answer(ack: Any, command: Any) -> None:
            await ack()
            texts.append(command["text"])

        async with connected(slack, app), connected(slack, app):
            assert len(slack.socket.connections) == 2
            for number in range(6):
                await slack.act("dana", channel="general", command=f"/k8s {number}", wait=0)
            await until(lambda: len(texts) == 6)
        assert sorted(texts) == list("012345")
        carried = [each["connection"] for each in slack.socket.sent]
        assert {carried.count(number) for number in set(carried)} == {3}


async def test_a_doubled_delivery_has_the_same_trigger_and_envelope() -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)
        triggers = []

        @app.command("/k8s")
        async def answer(ack: Any, command: Any) -> None:
            await ack()
            triggers.append(command["trigger_id"])

        slack.faults.duplicated = 1
        async with connected(slack, app), connected(slack, app):
            await slack.act("dana", channel="general", command="/k8s x", wait=0)
            await until(lambda: len(triggers) == 2)
        assert len(set(triggers)) == 1
        assert len({each["envelope_id"] for each in slack.socket.sent}) == 1


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_the_client_comes_back_after_a_disconnect_frame(reason: Any) -> None:
    async with SlackDouble(QUICK) as slack:
        app = new_app(slack)

        @app.command("/k8s")
        async def answer(ack: Any) -> None:
            await ack("still here")

        async with connected(slack, app) as handler:
            first = slack.socket.connections[0]
            await slack.disconnect(reason, grace=0.05)
            await until(lambda: slack.socket.connections and slack.socket.connections[0] is not first)
            async with asyncio.timeout(5):
                while not await handler.client.is_connected():
                    await asyncio.sleep(0.01)
            seen = (await slack.act("dana", channel="general", command="/k8s help"))["seen"]
        assert [each["text"] for each in seen] == ["still here"]


async def test_the_client_comes_back_after_the_network_broke() -> None:
    async with SlackDouble(QUICK) as slack, connected(slack, new_app(slack)):
        slack.socket.drop()
        assert slack.socket.connections == []
        await until(lambda: slack.socket.connections)


async def test_a_dead_address_hangs_the_client_until_it_is_told_to_forget_it(caplog: Any) -> None:
    """The trap that our own watchdog exists for: the client retries one dead address for ever."""
    caplog.set_level(logging.CRITICAL)
    async with SlackDouble(QUICK) as slack, connected(slack, new_app(slack), ping=0.05) as handler:
        slack.faults.dead_socket_urls = 1
        await slack.disconnect("refresh_requested")
        await until(lambda: slack.faults.dead_socket_urls == 0)
        await asyncio.sleep(0.5)
        assert slack.socket.connections == [], "ten retries later it still has not asked for a new address"
        handler.client.wss_uri = None
        await until(lambda: slack.socket.connections)


async def test_an_address_opens_one_connection_only() -> None:
    async with SlackDouble(QUICK) as slack:
        url = (await client(slack).apps_connections_open(app_token="xapp-demo"))["url"]
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)


async def test_the_eleventh_connection_is_one_too_many() -> None:
    async with SlackDouble(QUICK) as slack, aiohttp.ClientSession() as session:

        async def opened() -> Any:
            url = (await client(slack).apps_connections_open(app_token="xapp-demo"))["url"]
            socket = await session.ws_connect(url)
            return socket, await socket.receive_json()

        opening = [await opened() for _ in range(11)]
        assert [first["type"] for _, first in opening] == ["hello"] * 10 + ["disconnect"]
        assert opening[-1][1]["reason"] == "too_many_websockets"
        for socket, _ in opening:
            await socket.close()
