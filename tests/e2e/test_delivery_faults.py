"""Slack in trouble while something breaks: nothing is lost, nothing stands twice, and what stands there is true."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.demo.kube.server import KubeDouble
from bot.demo.slack.faults import Faults
from bot.demo.slack.model import BOT_USER_ID
from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import ALERTS, bot, configure, replies, roots, shown, until, write_kubeconfig
from tests.e2e.workloads import CRASH, FINE, Developer

pytestmark = pytest.mark.slow

POST, UPDATE = "chat.postMessage", "chat.update"
ALWAYS = 1_000_000


def once_each(slack: SlackDouble, name: str) -> None:
    """One message of ``name``, and no line of its thread twice."""
    found = roots(slack, name)
    assert len(found) == 1, [shown(message)[:80] for message in found]
    lines = Counter(shown(reply) for reply in replies(slack, found[0]))
    assert not [line for line, count in lines.items() if count > 1]


async def recovered(slack: SlackDouble, name: str, within: float) -> None:
    def told() -> bool:
        found = roots(slack, name)
        return bool(found) and "recovered" in shown(found[0]) and _ended(slack, name) == 1

    await until(told, within, f"{name} is recovered, in its message and once in its thread")


def _ended(slack: SlackDouble, name: str) -> int:
    return sum("recovered" in shown(reply) for reply in replies(slack, roots(slack, name)[0]))


TROUBLE: dict[str, Callable[[Faults], None]] = {
    "429 on the post": lambda faults: faults.ratelimited(POST, retry_after=2, times=2),
    "429 on the edit": lambda faults: faults.ratelimited(UPDATE, retry_after=2, times=3),
    "500 on the post": lambda faults: faults.status(POST, 500, times=2),
    "503 on the edit": lambda faults: faults.status(UPDATE, 503, times=4),
    "reset before the post": lambda faults: faults.reset(POST, times=2),
    "reset after the post": lambda faults: faults.reset(POST, after_effect=True),
    "reset after the post, then not found at once": lambda faults: (
        faults.reset(POST, after_effect=True),
        faults.status("conversations.history", 502, times=4),
    )[0],
    "reset after every second write": lambda faults: faults.reset(POST, after_effect=True, times=3),
    "reset after the edit": lambda faults: faults.reset(UPDATE, after_effect=True, times=3),
    "blocks refused": lambda faults: faults.error(POST, "invalid_blocks", times=2),
    "blocks always refused": lambda faults: faults.error(POST, "invalid_blocks", times=4),
    "blocks too long": lambda faults: faults.error(UPDATE, "msg_blocks_too_long", times=2),
    "internal error": lambda faults: faults.error(POST, "internal_error", times=1),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
async def test_trouble_costs_nothing_and_doubles_nothing(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer, trouble: Callable[[Faults], None]
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        trouble(slack.faults)
        await developer.create("checkout", CRASH)
        await until(lambda: roots(slack, "checkout"), 20, "the crash is told")
        await asyncio.sleep(1)
        trouble(slack.faults)
        await developer.change_script("checkout", FINE)
        await recovered(slack, "checkout", 50)
        await asyncio.sleep(1)
        once_each(slack, "checkout")


async def test_slack_is_down_when_it_crashes_and_again_when_it_recovers(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        slack.faults.status("*", 503, times=ALWAYS)
        await developer.create("checkout", CRASH, replicas=2)
        await asyncio.sleep(20)
        assert roots(slack) == []
        slack.faults.clear()
        await until(lambda: "2 of 2 pods" in shown(roots(slack)[0]) if roots(slack) else "", 20, "as it is now")
        slack.faults.reset("*", times=ALWAYS)
        await developer.change_script("checkout", FINE)
        await asyncio.sleep(20)
        assert "recovered" not in shown(roots(slack)[0])
        slack.faults.clear()
        await recovered(slack, "checkout", 40)
        once_each(slack, "checkout")


async def test_slow_slack_delays_and_loses_nothing(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        slack.faults.slow("*", 3.0, times=ALWAYS)
        for name in ("alpha", "beta", "gamma"):
            await developer.create(name, CRASH)
        await until(lambda: all(roots(slack, name) for name in ("alpha", "beta", "gamma")), 25, "all are told")
        await developer.change_script("beta", FINE)
        await recovered(slack, "beta", 60)
        for name in ("alpha", "beta", "gamma"):
            once_each(slack, name)
        assert "recovered" not in shown(roots(slack, "alpha")[0])
        slack.faults.clear()


async def test_a_channel_archived_meanwhile_gets_the_truth_when_it_is_back(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    channel = slack.workspace.channel(ALERTS, by_name=True)
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.create("checkout", CRASH)
        await until(lambda: roots(slack, "checkout"), 8, "the crash is told")
        await asyncio.sleep(1)
        channel.is_archived = True
        await developer.change_script("checkout", FINE)
        await developer.create("later", CRASH)
        await asyncio.sleep(12)
        assert roots(slack, "later") == []
        channel.is_archived = False
        await recovered(slack, "checkout", 50)
        await until(lambda: roots(slack, "later"), 50, "what crashed meanwhile is told")
        once_each(slack, "checkout")
        once_each(slack, "later")


async def test_a_bot_that_was_removed_from_its_channel_comes_back_by_itself(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    channel = slack.workspace.channel(ALERTS, by_name=True)
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.create("checkout", CRASH)
        await until(lambda: roots(slack, "checkout"), 8, "the crash is told")
        await asyncio.sleep(1)
        channel.members.discard(BOT_USER_ID)
        await developer.create("later", CRASH)
        await until(lambda: roots(slack, "later"), 15, "the next crash is told all the same")
        await developer.change_script("checkout", FINE)
        await recovered(slack, "checkout", 40)
        once_each(slack, "checkout")
        once_each(slack, "later")


async def test_a_message_that_a_person_deleted_is_not_posted_again_and_stops_nothing_else(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    channel = slack.workspace.channel(ALERTS, by_name=True)
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.create("checkout", CRASH)
        root = (await until(lambda: roots(slack, "checkout"), 8, "the crash is told"))[0]
        await asyncio.sleep(1)
        for reply in replies(slack, root):
            slack.messages.delete(channel, str(reply["ts"]))
        slack.messages.delete(channel, str(root["ts"]))
        await developer.create("other", CRASH)
        await until(lambda: roots(slack, "other"), 8, "the other crash is told")
        await developer.change_script("checkout", FINE)
        await asyncio.sleep(12)
        assert [shown(message)[:80] for message in slack.in_channel(ALERTS) if "checkout" in shown(message)] == []
        once_each(slack, "other")


async def test_many_at_once_while_slack_limits_the_channel(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    names = [f"app-{n}" for n in range(8)]
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        slack.faults.ratelimited(POST, retry_after=1, times=5)
        slack.faults.reset(POST, after_effect=True, times=4)
        slack.faults.status(POST, 500, times=3)
        for name in names:
            await developer.create(name, CRASH)
        await until(lambda: all(roots(slack, name) for name in names), 40, "all are told")
        await asyncio.sleep(4)
        for name in names:
            once_each(slack, name)


async def test_a_send_that_hangs_delays_no_other(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    """The first send hangs for as long as a connection may; the second incident does not wait for it."""
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        slack.faults.slow(POST, 14.0)
        await developer.create("stuck", CRASH)
        await asyncio.sleep(3)
        await developer.create("other", CRASH)
        await until(lambda: roots(slack, "other"), 8, "the other crash does not wait")
        await until(lambda: roots(slack, "stuck"), 20, "the slow one is told")
        await asyncio.sleep(2)
        once_each(slack, "stuck")
        once_each(slack, "other")


async def test_a_stop_in_the_middle_of_a_send_finishes_it_and_the_next_start_repeats_nothing(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    loaded = configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))
    async with bot(loaded):
        slack.faults.slow(POST, 3.0)
        await developer.create("checkout", CRASH)
        await until(lambda: not slack.faults.waiting(POST), 8, "the send is under way")
        assert roots(slack) == []
    assert len(roots(slack, "checkout")) == 1
    async with bot(loaded):
        await asyncio.sleep(3)
        once_each(slack, "checkout")
