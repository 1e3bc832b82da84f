"""What people send arrives once and is answered once, whatever the connection, the cluster and the asker are like."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.slack.controls import BUTTON
from bot.app import App
from bot.config import Loaded, load
from bot.demo.kube.server import KubeDouble
from bot.demo.slack import envelopes
from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import ALERTS, CONFIG, bot, configure, shown, tokens, until, write_kubeconfig
from tests.e2e.workloads import FINE, Developer

pytestmark = pytest.mark.slow

DESCRIBE = "/k8s describe deploy/web -n shop"


def configure_slack(folder: Path, slack: SlackDouble, kubeconfig: Path, more: str) -> Loaded:
    """As ``configure``, with further keys of the section ``slack``."""
    path = folder / "watchkeeper.yaml"
    text = CONFIG.replace("  post_interval: 10ms\n", f"  post_interval: 10ms\n{more}")
    path.write_text(text.format(kubeconfig=kubeconfig, api_url=slack.api_url, folder=folder), encoding="utf-8")
    return load(str(path), tokens(slack))


async def audited(app: App) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in await app.store.query("audit/")]


async def decisions(app: App) -> list[dict[str, Any]]:
    return [record for record in await audited(app) if record["phase"] == "decision"]


async def settled(app: App) -> list[dict[str, Any]]:
    """The outcomes, once every decision that was allowed has one."""
    for _ in range(600):
        records = await audited(app)
        allowed = {one["id"] for one in records if one["phase"] == "decision" and one["entry"]["decision"] == "allow"}
        outcomes = [one for one in records if one["phase"] == "outcome"]
        if allowed and allowed <= {one["id"] for one in outcomes}:
            return outcomes
        await asyncio.sleep(0.05)
    raise AssertionError("a command was decided and has no outcome")


def answers(slack: SlackDouble, who: str = "vera") -> list[dict[str, Any]]:
    return list(slack.messages.ephemerals[slack.workspace.user(who).id])


def words(seen: dict[str, Any]) -> str:
    return "\n".join(shown(one) for one in seen["seen"])


async def press(slack: SlackDouble, who: str, message: dict[str, Any], value: str) -> None:
    """A press of our button whose value is ``value``, whatever the message really offers."""
    user, channel = slack.workspace.user(who), slack.workspace.channel(message["channel"])
    action = {"type": "button", "action_id": f"{BUTTON}.0", "block_id": "b", "value": value, "action_ts": "1.1"}
    payload = envelopes.block_actions_in_message(slack.state, user, channel, message, actions=[action], values={})
    await slack.delivery.interact(user, payload, channel.id)


async def test_an_envelope_that_arrives_twice_runs_once(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        await developer.create("web", FINE)
        slack.faults.duplicated = 1
        assert "web" in words(await slack.act("vera", channel=ALERTS, command=DESCRIBE))
        await asyncio.sleep(1)
        assert len(slack.socket.sent) == 2
        assert len(await decisions(app)) == 1
        assert len(answers(slack)) == 1


async def test_a_trigger_that_is_used_again_later_runs_nothing(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    loaded = configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))
    async with bot(loaded) as app:
        await developer.create("web", FINE)
        await slack.act("vera", channel=ALERTS, command=DESCRIBE)
        sent = slack.socket.sent[-1]["payload"]
        await slack.delivery.transport.send("slash_commands", sent)
        await asyncio.sleep(1)
        assert len(await decisions(app)) == 1
    async with bot(loaded) as app:  # another process knows it too
        await slack.delivery.transport.send("slash_commands", {**sent, "text": "help"})
        await asyncio.sleep(1)
        assert len(await decisions(app)) == 1
    assert len(answers(slack)) == 1


async def test_an_event_whose_acknowledgement_is_lost_is_answered_once(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        slack.faults.dropped_acks = 1
        await slack.act("vera", channel=ALERTS, text="@watchkeeper help", wait=1)
        await until(lambda: len(slack.socket.sent) == 2, 8, "Slack delivers it again")
        await asyncio.sleep(1)
        assert slack.socket.sent[1]["retry_attempt"] == 1
        assert len(await decisions(app)) == 1
        seen = [one for one in slack.in_channel(ALERTS) if one.get("bot_id")] + answers(slack)
        assert len(seen) == 1


async def test_a_command_goes_on_when_both_connections_are_cut(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        await developer.create("web", FINE)
        kube.faults.slow = 0.7
        asking = asyncio.create_task(slack.act("vera", channel=ALERTS, command=DESCRIBE, wait=8))
        await until(lambda: slack.socket.sent, 3, "the command is delivered")
        slack.socket.drop()
        await asking
        assert [one["result"] for one in await settled(app)] == ["ok"]
        await until(lambda: any("web" in shown(one) for one in answers(slack)), 8, "it is answered")
        kube.faults.slow = 0
        await until(lambda: len(slack.socket.connections) == 2, 10, "both connections are back")
        assert "/k8s" in words(await slack.act("vera", channel=ALERTS, command="/k8s help"))


async def test_a_dead_socket_url_is_given_up_for_a_new_one(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        slack.faults.dead_socket_urls = 4
        slack.socket.drop()
        await until(lambda: not app.slack.connected, 5, "the bot sees that nobody reaches it")
        assert app.health.problems()
        await until(lambda: app.slack.connected, 25, "it is connected again")
        assert "/k8s" in words(await slack.act("vera", channel=ALERTS, command="/k8s help"))


async def test_http_mode_answers_signed_requests_only(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    more = "  mode: http\n  http: {{host: 127.0.0.1, port: 0}}\n"
    async with bot(configure_slack(tmp_path, slack, write_kubeconfig(tmp_path, kube), more)) as app:
        await developer.create("web", FINE)
        await slack.use_http(f"http://127.0.0.1:{app.slack.http_port}/slack/events")
        slack.faults.duplicated = 1
        assert "web" in words(await slack.act("vera", channel=ALERTS, command=DESCRIBE))
        assert len(await decisions(app)) == 1
        slack.http.clock_skew = -400.0
        assert "http_error" in str(await slack.act("vera", channel=ALERTS, command=DESCRIBE, wait=1))
        slack.http.clock_skew = 0.0
        slack.state.settings = slack.http.state.settings = _forged(slack)
        assert "http_error" in str(await slack.act("vera", channel=ALERTS, command=DESCRIBE, wait=1))
        assert len(await decisions(app)) == 1


def _forged(slack: SlackDouble) -> Any:
    settings = slack.state.settings
    return type(settings)(
        **{name: getattr(settings, name) for name in settings.__struct_fields__ if name != "x"}
        | {"signing_secret": "somebody else's"}
    )


async def test_thirty_commands_at_once_are_all_answered_and_most_refused_politely(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        await developer.create("web", FINE)
        user = slack.workspace.user("vera")
        kube.faults.slow = 1.0
        with slack.workspace.feed.listen(user.id) as queue:
            await asyncio.gather(*(slack.act("vera", channel=ALERTS, command=DESCRIBE, wait=0) for _ in range(30)))
            ended: list[str] = []
            limit = time.monotonic() + 25
            while len(ended) < 30 and time.monotonic() < limit:
                event = await asyncio.wait_for(queue.get(), 20)
                told = shown(event.get("message", event))
                assert event["type"] != "notice", event
                if "still run" in told or "Deployment" in told or "deploy/web" in told:
                    ended.append(told)
        kube.faults.slow = 0
        refused = [one for one in ended if "commands of yours still run" in one]
        assert len(ended) == 30
        assert 20 <= len(refused) <= 27
        assert len(await decisions(app)) == 30
        assert len(await settled(app)) == 30
        assert "web" in words(await slack.act("vera", channel=ALERTS, command=DESCRIBE))


@pytest.mark.parametrize("trouble", ["down", "half-open", "refusing", "revoked"])
async def test_a_command_while_the_cluster_is_away_is_told_why_and_ends(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer, trouble: str
) -> None:
    more = "commands: {time_limit: 6s}\nwatch: {retry_limit: 4s, request_timeout: 3s}\n"
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube), more=more)) as app:
        await developer.create("web", FINE)
        await asyncio.sleep(1)
        if trouble == "down":
            await kube.go_down()
        elif trouble == "half-open":
            kube.faults.half_open = True
        elif trouble == "refusing":
            kube.faults.refuse(500, times=10_000)
        else:
            kube.access.tokens = {"another"}
        before = time.monotonic()
        asking = asyncio.create_task(slack.act("vera", channel=ALERTS, command="/k8s logs deploy/web -n shop", wait=9))
        await until(lambda: any("Not done" in shown(one) for one in answers(slack)), 9, "it is told")
        assert time.monotonic() - before < 8
        asking.cancel()
        told = "\n".join(shown(one) for one in answers(slack))
        assert "prod" in told
        assert "Try again" in told or "ClusterRole" in told or "credential" in told, told
        assert "Traceback" not in told
        assert [one["result"] for one in await settled(app)] == ["failed"]
        kube.faults.half_open = False


async def test_a_deactivated_persons_click_is_refused(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    loaded = configure_slack(tmp_path, slack, write_kubeconfig(tmp_path, kube), "  people_ttl: 500ms\n")
    async with bot(loaded) as app:
        await developer.create("web", FINE)
        seen = (await slack.act("vera", channel=ALERTS, command=DESCRIBE))["seen"][0]
        slack.workspace.user("vera").deleted = True
        await asyncio.sleep(0.6)
        told = words(await slack.act("vera", channel=ALERTS, message=seen["ts"], button="Share here"))
        assert "deactivated" in told
        assert [one["entry"]["decision"] for one in await decisions(app)] == ["allow", "deny"]
        assert [one for one in slack.in_channel(ALERTS) if one.get("bot_id")] == []


async def test_a_button_that_is_not_ours_does_nothing_and_says_so(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))) as app:
        await developer.create("web", FINE)
        seen = (await slack.act("vera", channel=ALERTS, command=DESCRIBE))["seen"][0]
        for value in ("0" * 24, "describe deploy/web -n shop", "../audit/000000000001", "x" * 1900, "\u202e\x00"):
            await press(slack, "vera", seen, value)
        await until(lambda: sum("expired" in shown(one) for one in answers(slack)) == 5, 8, "each is refused")
        assert [one["entry"]["decision"] for one in await decisions(app)] == ["allow", *["invalid"] * 5]


async def test_a_stop_lets_a_running_command_answer(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.create("web", FINE)
        kube.faults.slow = 0.7
        asking = asyncio.create_task(slack.act("vera", channel=ALERTS, command=DESCRIBE, wait=8))
        await until(lambda: slack.socket.sent, 3, "the command is delivered")
    assert any("web" in shown(one) for one in answers(slack))
    await asking
