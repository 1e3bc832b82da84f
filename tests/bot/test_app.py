"""The bot as a whole: starts, tells what is wrong instead of starting, stops in order and in time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot import app as app_module
from bot.adapters.slack.scopes import SCOPES
from bot.core.errors import SetupError
from bot.demo.kube.access import Denial
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings
from tests.e2e.stage import bot, configure, shown, until, write_kubeconfig


@contextlib.asynccontextmanager
async def servers(settings: DoubleSettings | None = None) -> AsyncIterator[tuple[SlackDouble, KubeDouble]]:
    async with SlackDouble(settings) as slack, KubeDouble(Bare()) as kube:
        yield slack, kube


async def problems(folder: Path, slack: SlackDouble, kube: KubeDouble, capsys: pytest.CaptureFixture[str]) -> str:
    """What ``watchkeeper check`` prints, after ``run`` has been seen to refuse with the same words."""
    loaded = configure(folder, slack, write_kubeconfig(folder, kube))
    with pytest.raises(SetupError) as caught:
        async with app_module.running(loaded):
            pass
    assert await app_module.check(loaded) == 1
    printed = capsys.readouterr().out
    for problem in caught.value.problems:
        assert f"problem: {problem}" in printed
    return printed


async def test_check_says_that_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with servers() as (slack, kube):
        assert await app_module.check(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) == 0
    assert "All is well" in capsys.readouterr().out


async def test_a_bad_token_stops_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with servers() as (slack, kube):
        slack.faults.error("auth.test", "invalid_auth", times=50)
        told = await problems(tmp_path, slack, kube, capsys)
    assert "SLACK_BOT_TOKEN" in told
    assert "xoxb-demo" not in told


async def test_a_missing_scope_is_named_with_what_it_is_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scopes = tuple(scope for scope in SCOPES if scope != "files:write")
    async with servers(DoubleSettings(bot_scopes=scopes)) as (slack, kube):
        told = await problems(tmp_path, slack, kube, capsys)
    assert f"lacks files:write (to {SCOPES['files:write']})" in told
    assert "reinstall" in told


async def test_an_unreachable_cluster_and_an_unknown_channel_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.e2e.stage.CONFIG", _config().replace("#k8s-alerts", "#nowhere"))
    async with servers() as (slack, kube):
        await kube.go_down()
        told = await problems(tmp_path, slack, kube, capsys)
    assert "slack.channel #nowhere: no such channel" in told
    assert "cluster prod" in told
    assert "check the endpoint" in told


def _config() -> str:
    from tests.e2e import stage

    return stage.CONFIG + "watch: {{retry_limit: 200ms, connect_timeout: 500ms, request_timeout: 1s}}\n"


async def test_health_is_ready_only_with_slack_and_the_first_lists(tmp_path: Path) -> None:
    async with (
        servers() as (slack, kube),
        bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app,
        aiohttp.ClientSession() as session,
    ):
        base = f"http://127.0.0.1:{app.health.port}"
        async with session.get(f"{base}/readyz") as response:
            assert response.status == 200
        async with session.get(f"{base}/metrics") as response:
            metrics = await response.text()
        assert "watchkeeper_slack_connected 1.0" in metrics
        assert 'watchkeeper_observed_objects{cluster="prod",kind="Node"} 1.0' in metrics
        assert "watchkeeper_incidents_firing 0.0" in metrics
        slack.faults.dead_socket_urls = 50
        await slack.disconnect("refresh_requested", grace=0)
        async with asyncio.timeout(10):
            while True:
                async with session.get(f"{base}/readyz") as response:
                    if response.status == 503:
                        assert "slack: not connected" in await response.text()
                        break
                await asyncio.sleep(0.05)


async def test_a_revoked_token_ends_the_bot_with_its_reason(tmp_path: Path) -> None:
    async with servers() as (slack, kube), bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        slack.faults.error("apps.connections.open", "token_revoked", times=50)
        await slack.disconnect("refresh_requested", grace=0)
        with pytest.raises(SetupError, match="SLACK_APP_TOKEN"):
            async with asyncio.timeout(15):
                await app.until(asyncio.Event())


async def test_a_stop_lets_a_running_command_answer(tmp_path: Path) -> None:
    async with servers() as (slack, kube):
        began = 0.0
        async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
            kube.faults.slow = 0.3
            asked = asyncio.create_task(
                slack.act("dana", channel="general", command="/k8s describe node/node-1", wait=10)
            )
            await asyncio.sleep(0.15)
            began = time.monotonic()
        took = time.monotonic() - began
        seen = (await asked)["seen"]
    assert any("node/node-1" in shown(message) for message in seen), [shown(message) for message in seen]
    assert took < 10


async def test_the_heartbeat_falls_silent_for_a_cluster_that_is_away_and_not_for_an_optional_right(
    tmp_path: Path,
) -> None:
    async with servers() as (slack, kube):
        kube.access.denials.append(Denial("*", "rollouts"))
        more = "watch: {unreachable_after: 300ms, probe_every: 200ms}\n"
        async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube), more=more)) as app:
            assert app.unwell() == []
            await kube.go_down()
            await until(app.unwell, 10, "the heartbeat is withheld")
            assert "cluster prod: no answer" in app.unwell()[0]
