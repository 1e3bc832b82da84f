"""The whole adapter against the local Slack of the demo, which is as strict as Slack about blocks, scopes and rates."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.adapters.slack import socket
from bot.adapters.slack.adapter import Slack
from bot.adapters.slack.settings import HttpSettings, SlackSettings
from bot.core.actions import with_ids
from bot.core.errors import SendLater, SendNever
from bot.core.message import (
    Actions,
    Bold,
    Button,
    Code,
    Context,
    Fields,
    Header,
    Link,
    LinkButton,
    Menu,
    Message,
    Picture,
    Pre,
    Section,
    Table,
    Time,
    User,
)
from bot.core.times import Seconds
from bot.demo.slack.model import TEAM_ID
from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings
from commands.model import Actor
from tests.bot.adapters.slack.conftest import Handled

EVERYTHING = with_ids(
    Message(
        "🔴 prod/shop checkout crashing: OOMKilled at 256 MiB",
        (
            Section((Bold("checkout is crashing"), ": <OOMKilled> & *more*")),
            Section(
                ("since ", Time(1_795_262_520.0), " ", Code("kubectl"), Link("https://a.example", "x"), User("U0DANA"))
            ),
            Fields((("Image", "1.42"), ("Node", (Code("ip-10"),)))),
            Header("Log"),
            Pre("```<!channel>```\n" * 2000, "checkout-1, before the kill"),
            Table(("NAME", "READY"), (("a", "1/1"), ("", "0/1"))),
            Context(("grey ", Bold("print"))),
            Actions(
                (Button("Logs", "logs deploy/checkout"),),
                (LinkButton("Runbook", "https://a.example/run"),),
                (Menu("Snooze", (Button("2 h", "snooze 2h"), Button("24 h", "snooze 24h"))),),
            ),
        ),
    ),
    "incident-1",
)


@pytest.fixture
async def double() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(DoubleSettings(upload_delay=0.05)) as slack:
        yield slack


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "_FIRST_WAIT", 0.02)


def adapter(double: SlackDouble, **settings: Any) -> Slack:
    given = {"channel": "#k8s-alerts", "api_url": double.api_url, "post_interval": Seconds(0), "patience": Seconds(2)}
    tokens = {"bot_token": "xoxb-demo", "app_token": "xapp-demo", "signing_secret": "demo-signing-secret"}
    return Slack(SlackSettings(**{**given, **settings}), **tokens)


@pytest.fixture
async def slack(double: SlackDouble) -> AsyncIterator[Slack]:
    made = adapter(double)
    yield made
    await made.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(slack: Slack, handled: Handled) -> AsyncIterator[None]:
    task = asyncio.create_task(slack.serve(handled))
    await until(lambda: slack.connected or task.done())
    yield
    await slack.stop(2)
    await task


async def test_the_start_check_passes_and_names_what_is_missing(slack: Slack, double: SlackDouble) -> None:
    assert await slack.check() == []
    nowhere = adapter(double, channel="#nowhere")
    assert "no such channel" in (await nowhere.check())[0]
    double.workspace.add_channel("old-alerts").is_archived = True
    archived = adapter(double, channel="#old-alerts")
    assert "archived" in (await archived.check())[0]
    await nowhere.close()
    await archived.close()


async def test_a_missing_scope_stops_the_start() -> None:
    scopes = tuple(scope for scope in DoubleSettings().bot_scopes if scope != "usergroups:read")
    async with SlackDouble(DoubleSettings(bot_scopes=scopes)) as double:
        slack = adapter(double)
        (told,) = await slack.check()
        await slack.close()
    assert "usergroups:read" in told


async def test_a_message_of_everything_is_taken_as_it_is(slack: Slack, double: SlackDouble) -> None:
    posted = await slack.messenger.post("#k8s-alerts", EVERYTHING, key="k1")
    (message,) = double.in_channel("k8s-alerts")
    assert message["ts"] == posted.ts
    kinds = [block["type"] for block in message["blocks"]]
    assert kinds == [
        "rich_text", "rich_text", "section", "header", "context", "rich_text", "table", "context", "actions",
    ]  # fmt: skip
    await slack.messenger.update(posted, Message("recovered", (Section("recovered"),)), key="k1")
    (message,) = double.in_channel("k8s-alerts")
    assert message["text"] == "recovered"
    assert await slack.messenger.find("#k8s-alerts", "k1", since=time.time()) == posted


async def test_a_picture_is_shown(slack: Slack, double: SlackDouble) -> None:
    picture = Picture(b"\x89PNG\r\n\x1a\n", "chart.png", "replicas rose from 3 to 9", "Replicas")
    await slack.messenger.post("#k8s-alerts", Message("x", (Section("x"), picture)))
    (message,) = double.in_channel("k8s-alerts")
    assert message["blocks"][1]["type"] == "image"


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(slack: Slack, double: SlackDouble) -> None:
    since = time.time()
    double.faults.reset("chat.postMessage", after_effect=True)
    with pytest.raises(SendLater):
        await slack.messenger.post("#k8s-alerts", EVERYTHING, key="k1")
    found = await slack.messenger.find("#k8s-alerts", "k1", since=since)
    (message,) = double.in_channel("k8s-alerts")
    assert found is not None
    assert found.ts == message["ts"]


async def test_a_post_that_never_arrived_is_not_found(slack: Slack, double: SlackDouble) -> None:
    double.faults.reset("chat.postMessage")
    with pytest.raises(SendLater):
        await slack.messenger.post("#k8s-alerts", EVERYTHING, key="k1")
    assert await slack.messenger.find("#k8s-alerts", "k1", since=time.time()) is None


async def test_a_lost_reply_is_found_in_its_thread(slack: Slack, double: SlackDouble) -> None:
    root = await slack.messenger.post("#k8s-alerts", Message("root"), key="k1")
    double.faults.reset("chat.postMessage", after_effect=True)
    with pytest.raises(SendLater):
        await slack.messenger.post(root.channel, Message("detail"), thread=root.ts, key="k1/detail")
    found = await slack.messenger.find(root.channel, "k1/detail", since=time.time(), thread=root.ts)
    assert found is not None
    assert len(double.in_channel("k8s-alerts")) == 2


async def test_find_reads_a_channel_it_has_to_join_first(slack: Slack, double: SlackDouble) -> None:
    channel = double.workspace.add_channel("new-alerts")
    posted = await slack.messenger.post("#new-alerts", Message("x"), key="k1")
    assert await slack.messenger.find(channel.id, "k1", since=time.time()) == posted


async def test_429_is_waited_for_and_posts_once(slack: Slack, double: SlackDouble) -> None:
    double.faults.ratelimited("chat.postMessage", retry_after=1)
    await slack.messenger.post("#k8s-alerts", Message("x"))
    assert len(double.in_channel("k8s-alerts")) == 1


async def test_an_archived_channel_is_given_up(slack: Slack, double: SlackDouble) -> None:
    double.workspace.channel("shop-dev", by_name=True).is_archived = True
    with pytest.raises(SendNever):
        await slack.messenger.post("C0SHOP", Message("x"))


async def test_people_and_their_groups(slack: Slack) -> None:
    april = await slack.people.person(Actor(TEAM_ID, "U0APRIL"))
    assert (april.name, april.refused, april.group_handles) == ("april", "", {"deployers", "approvers"})
    assert "guests" in (await slack.people.person(Actor(TEAM_ID, "U0GUS"))).refused


async def test_a_command_is_answered_to_the_asker_alone(slack: Slack, double: SlackDouble, handled: Handled) -> None:
    handled.answer = Message("all pods are well")
    async with serving(slack, handled):
        answer = await double.act("dana", channel="k8s-alerts", command="/k8s get pods -n shop")
    (request,) = handled.requests
    assert (request.text, request.actor, request.channel) == ("get pods -n shop", Actor(TEAM_ID, "U0DANA"), "C0ALERTS")
    assert "all pods are well" in str(answer["seen"])
    assert double.in_channel("k8s-alerts") == []


async def test_a_pressed_button_brings_its_id(slack: Slack, double: SlackDouble, handled: Handled) -> None:
    posted = await slack.messenger.post("#k8s-alerts", EVERYTHING)
    handled.answer = Message("the log")
    async with serving(slack, handled):
        answer = await double.act("dana", channel="k8s-alerts", message=posted.ts, button="Logs")
        await double.act("dana", channel="k8s-alerts", message=posted.ts, button="Runbook", wait=0.5)
    (request,) = handled.requests
    assert request.button == EVERYTHING.parts[-1].buttons[0].id  # type: ignore[union-attr]
    assert request.message == posted
    assert "the log" in str(answer["seen"])
    assert "checkout is crashing" in str(double.in_channel("k8s-alerts")[0]["blocks"])


async def test_a_delivery_that_arrives_twice_has_one_id(slack: Slack, double: SlackDouble, handled: Handled) -> None:
    double.faults.duplicated = 1
    async with serving(slack, handled):
        await double.act("dana", channel="k8s-alerts", command="/k8s help", wait=0.5)
        first, second = await handled.wait_for(2)
    assert first.id == second.id


async def test_a_dead_socket_url_is_survived(slack: Slack, double: SlackDouble, handled: Handled) -> None:
    handled.answer = Message("here")
    async with serving(slack, handled):
        await until(lambda: len(double.socket.connections) == 2)
        double.faults.dead_socket_urls = 2
        await double.disconnect("refresh_requested", grace=0)
        await until(lambda: len(double.socket.connections) == 2 and not double.faults.dead_socket_urls)
        answer = await double.act("dana", channel="k8s-alerts", command="/k8s help")
    assert "here" in str(answer["seen"])


async def test_commands_during_announced_disconnects_are_all_answered(
    slack: Slack, double: SlackDouble, handled: Handled
) -> None:
    async with serving(slack, handled):
        await until(lambda: len(double.socket.connections) == 2)
        for number in range(6):
            if number in (1, 3):
                await double.disconnect("warning", most=1, grace=0.3)
            answer = await double.act("dana", channel="k8s-alerts", command=f"/k8s help {number}", wait=0.2)
            assert "operation_timeout" not in str(answer)
        await handled.wait_for(6)
    assert sorted(request.text for request in handled.requests) == [f"help {number}" for number in range(6)]


async def test_http_mode(double: SlackDouble, handled: Handled) -> None:
    slack = adapter(double, mode="http", http=HttpSettings(host="127.0.0.1", port=0))
    handled.answer = Message("over http")
    async with serving(slack, handled):
        await double.use_http(f"http://127.0.0.1:{slack.http_port}/slack/events")
        answer = await double.act("dana", channel="k8s-alerts", command="/k8s describe deploy/payload")
        said = await double.act("dana", channel="k8s-alerts", text="@watchkeeper help")
    await slack.close()
    assert [request.source for request in handled.requests] == ["slash", "mention"]
    assert handled.requests[0].text == "describe deploy/payload"
    assert "over http" in str(answer["seen"])
    assert "over http" in str(said["seen"])
