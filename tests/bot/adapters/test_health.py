"""/livez answers, /readyz names what is missing, /metrics speaks Prometheus, the heartbeat is silent when not well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.health import Health, HealthSettings, Heartbeat, HeartbeatSettings, Sample
from bot.core.times import Seconds


@pytest.fixture
async def health() -> AsyncIterator[Health]:
    made = Health(HealthSettings(host="127.0.0.1", port=0))
    await made.start()
    yield made
    await made.stop()


async def fetch(health: Health, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{health.port}{path}") as response:
        return response.status, await response.text()


async def test_ready_follows_its_parts_and_names_what_is_missing(health: Health) -> None:
    why = "no connection yet"
    health.require("slack", lambda: why)
    health.require("prod", lambda: "")
    assert await fetch(health, "/readyz") == (503, "slack: no connection yet\n")
    assert await fetch(health, "/livez") == (200, "ok\n")
    why = ""
    assert await fetch(health, "/readyz") == (200, "ok\n")


async def test_metrics_are_prometheus_text(health: Health) -> None:
    health.measure(
        lambda: [
            Sample("events", 3, "Watch events", (("cluster", 'a"b'),), counter=True),
            Sample("events", 4, "Watch events", (("cluster", "c"),), counter=True),
            Sample("incidents_open", 1, "Open incidents"),
        ]
    )
    status, text = await fetch(health, "/metrics")
    assert status == 200
    assert 'watchkeeper_events_total{cluster="a\\"b"} 3.0' in text
    assert 'watchkeeper_events_total{cluster="c"} 4.0' in text
    assert "watchkeeper_incidents_open 1.0" in text
    assert "process_resident_memory_bytes" in text


async def test_heartbeat_only_while_well_and_never_logs_its_url(caplog: pytest.LogCaptureFixture) -> None:
    pings = 0
    status = 200

    async def ping(_: web.Request) -> web.Response:
        nonlocal pings
        pings += 1
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/secret-token", ping)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    problems: list[str] = ["slack: down"]
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/secret-token"
    heartbeat = Heartbeat(HeartbeatSettings(url=url, every=Seconds(0.01)), lambda: problems)
    with caplog.at_level(logging.WARNING):
        task = asyncio.create_task(heartbeat.run())
        await asyncio.sleep(0.1)
        assert pings == 0
        problems.clear()
        async with asyncio.timeout(5):
            while heartbeat.sent < 2:
                await asyncio.sleep(0.01)
        status = 500
        await asyncio.sleep(0.05)
        await runner.cleanup()
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert "heartbeat withheld: slack: down" in caplog.text
    assert "HTTP 500" in caplog.text
    assert "heartbeat failed" in caplog.text
    assert "secret-token" not in caplog.text
