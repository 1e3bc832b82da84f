"""A crash is told once, with its cause and lines, is edited as it goes on, and its recovery is told in its thread."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.demo.kube.server import KubeDouble
from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import bot, configure, replies, roots, shown, until, write_kubeconfig
from tests.e2e.workloads import CRASH, FINE, Developer


@pytest.mark.slow
async def test_from_the_crash_to_the_recovery(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.create("checkout", CRASH, replicas=2)
        await until(lambda: roots(slack), 8, "the crash is told")
        told = shown(roots(slack)[0])
        assert "checkout" in told
        assert "exit code 1" in told
        assert "FATAL: cannot reach db:5432" in told
        await until(lambda: "2 of 2 pods" in shown(roots(slack)[0]), 8, "the second pod is in the same message")
        await developer.change_script("checkout", FINE)
        await until(lambda: "recovered" in shown(roots(slack)[0]), 30, "the message says recovered")
        assert len(roots(slack)) == 1
        assert sum("recovered" in shown(reply) for reply in replies(slack, roots(slack)[0])) == 1


@pytest.mark.slow
async def test_normal_life_is_silent(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.create("web", FINE, replicas=3)
        await asyncio.sleep(2)
        await developer.change_script("web", FINE + "; true")
        await asyncio.sleep(4)
        await developer.scale("web", 1)
        await asyncio.sleep(2)
        await developer.delete("web")
        await asyncio.sleep(3)
        assert roots(slack) == []


@pytest.mark.slow
async def test_what_broke_while_the_bot_was_down_is_told_and_what_was_known_is_not_told_again(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    loaded = configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))
    async with bot(loaded):
        await developer.create("known", CRASH)
        await until(lambda: roots(slack, "known"), 8, "the first crash is told")
    await developer.create("unseen", CRASH)
    await asyncio.sleep(3)
    async with bot(loaded):
        await until(lambda: roots(slack, "unseen"), 8, "the crash meanwhile is told")
        await asyncio.sleep(2)
        assert len(roots(slack, "known")) == 1
        assert len(roots(slack, "unseen")) == 1


@pytest.mark.slow
async def test_an_unreachable_cluster_is_unknown_and_nothing_recovers_meanwhile(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    text = "watch: {unreachable_after: 2s, probe_every: 1s, backoff_max: 1s}\n"
    loaded = configure(tmp_path, slack, write_kubeconfig(tmp_path, kube), more=text)
    async with bot(loaded):
        await developer.create("checkout", CRASH)
        await until(lambda: roots(slack, "checkout"), 8, "the crash is told")
        await kube.go_down()
        message = await until(lambda: roots(slack, "cannot be watched"), 12, "the cluster is told as unknown")
        await asyncio.sleep(8)
        assert "recovered" not in shown(roots(slack, "checkout")[0])
        await kube.come_up()
        await until(lambda: "is watched again" in shown(roots(slack)[1]), 20, "its return is in the same message")
        assert len(roots(slack)) == 2
        assert len(message) == 1
