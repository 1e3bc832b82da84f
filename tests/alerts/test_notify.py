"""The outbox: retries with what is then true, simpler messages, other channels, few edits, and a stop that drains."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from alerts import incidents
from alerts.incidents import Extent
from alerts.model import Cause, Delivery, Incident
from alerts.notify import Notifier, simplify
from bot.core.actions import look_up
from bot.core.errors import SendLater, SendNever, StoreError
from bot.core.message import Actions, Context, Message, Pre, Section
from tests.alerts.test_refine import finding
from tests.alerts.tools import Clock, ended
from tests.fakes.messenger import FakeMessenger
from tests.fakes.store import MemoryStore


def incident(channel: str = "#alerts", name: str = "checkout") -> Incident:
    one = finding(ended(1))
    one = msgspec.structs.replace(one, workload=msgspec.structs.replace(one.workload, name=name), restarts=1, count=1)
    return incidents.open_incident([one], one.cause, Extent(1), channel, one.since)


def recovered(one: Incident, now: float) -> Incident:
    return incidents.end(one, "steady", Extent(1, 1), now)


class Desk:
    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.slack = FakeMessenger(self.clock)
        self.notifier = self.fresh()

    def fresh(self) -> Notifier:
        return Notifier(self.store, self.slack, now=self.clock, fallback="#alerts")

    async def send(self, *offered: Incident, seconds: float = 0) -> None:
        self.clock.time += seconds
        for one in offered:
            self.notifier.offer(one)
        self.notifier.pump()
        await self.notifier.settle()

    async def delivery(self, one: Incident) -> Delivery:
        record = await self.store.get(f"delivery/{one.id}")
        assert record is not None
        return msgspec.json.decode(record.value, type=Delivery)

    @property
    def heads(self) -> list[str]:
        return [one.message.text for one in self.slack.messages]


async def test_what_was_sent_is_recorded_and_not_sent_again() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)
    await desk.send(one, seconds=60)
    desk.notifier = desk.fresh()
    await desk.send(one)
    assert desk.slack.calls == ["post"], "neither posted nor edited again"
    assert (await desk.delivery(one)).posted is not None
    assert desk.notifier.waiting == 0


async def test_every_button_leads_to_its_command() -> None:
    desk = Desk()
    await desk.send(incident())
    actions = next(part for part in desk.slack.sent[0].message.parts if isinstance(part, Actions))
    stored = [await look_up(desk.store, button.id) for button in actions.buttons]
    assert [one.command if one else "" for one in stored] == [
        "logs pod/checkout-6d5f-x7k2p -n shop --cluster prod -c app --previous",
        "describe pod/checkout -n shop --cluster prod",
    ]


async def test_a_rate_limit_is_waited_for_and_then_the_present_state_is_sent() -> None:
    desk, one = Desk(), incident()
    desk.slack.failures.append(SendLater("ratelimited", after=30))
    await desk.send(one)
    await desk.send(recovered(one, desk.clock.time + 10), seconds=10)
    assert desk.slack.sent == []
    await desk.send(seconds=25)
    assert len(desk.heads) == 1
    assert desk.heads[0].startswith("✅ checkout recovered")
    assert "find" not in desk.slack.calls, "Slack has certainly not taken it"


async def test_retries_slow_down_and_go_on() -> None:
    desk = Desk()
    desk.slack.broken["#alerts"] = SendLater("http_503")
    await desk.send(incident())
    for _ in range(60):
        await desk.send(seconds=60)
    tries = desk.slack.calls.count("post")
    assert 15 < tries < 30
    desk.slack.broken.clear()
    await desk.send(seconds=300)
    assert len(desk.heads) == 1


async def test_a_post_that_slack_took_without_an_answer_is_found_again() -> None:
    desk, one = Desk(), incident()
    desk.slack.vanish.append(SendLater("timeout"))
    await desk.send(one)
    await desk.send(seconds=5)
    assert len(desk.slack.sent) == 1
    assert (await desk.delivery(one)).posted is not None


async def test_a_reply_that_slack_took_without_an_answer_is_found_again() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)
    desk.slack.vanish.append(SendLater("timeout"))
    await desk.send(recovered(one, desk.clock.time), seconds=60)
    await desk.send(seconds=5)
    assert [sent.key for sent in desk.slack.sent] == [one.id, f"{one.id}/0"]


async def test_where_nobody_may_look_a_message_is_rather_doubled_than_lost() -> None:
    desk, one = Desk(), incident()
    desk.slack.vanish.append(SendLater("timeout"))
    await desk.send(one)

    async def may_not(*_: object, **__: object) -> None:
        raise SendNever("missing_scope")

    desk.slack.find = may_not  # type: ignore[assignment]
    await desk.send(seconds=5)
    assert len(desk.slack.sent) == 2


async def test_a_refused_message_is_sent_simpler_and_at_last_as_one_line() -> None:
    desk = Desk()
    one = incident()
    desk.slack.refuse = lambda message: SendNever("invalid_blocks") if message.parts else None
    await desk.send(one)
    await desk.send()
    await desk.send()
    assert [sent.message.parts for sent in desk.slack.sent] == [()]
    assert "checkout" in desk.heads[0]


def test_simpler_is_without_log_and_then_without_parts() -> None:
    rich = Message("line", (Section("a"), Pre("log"), Context("b"), Actions()))
    assert simplify(rich, 0) is rich
    assert simplify(rich, 1).parts == (Section("a"), Context("b"), Actions())
    assert simplify(rich, 2) == Message("line")


async def test_a_channel_that_does_not_exist_falls_back_to_the_default() -> None:
    desk, one = Desk(), incident("#gone")
    desk.slack.broken["#gone"] = SendNever("channel_not_found")
    await desk.send(one)
    await desk.send()
    await desk.send(recovered(one, desk.clock.time), seconds=60)
    assert [sent.channel for sent in desk.slack.sent] == ["#alerts", "#alerts"]
    assert desk.heads[0].startswith("✅")


async def test_a_channel_that_hangs_keeps_no_other_waiting() -> None:
    desk = Desk()
    desk.slack.hang["#stuck"] = asyncio.Event()
    desk.notifier.offer(incident("#stuck", "search"))
    desk.notifier.offer(incident())
    desk.notifier.pump()
    for _ in range(20):
        await asyncio.sleep(0)
    assert [one.channel for one in desk.slack.sent] == ["#alerts"]
    desk.slack.hang["#stuck"].set()
    await desk.notifier.settle()
    assert len(desk.heads) == 2


async def test_edits_are_coalesced_and_the_last_state_is_sent() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)
    for count in range(2, 20):
        one = msgspec.structs.replace(one, restarts=count)
        await desk.send(one, seconds=0.5)
    await desk.send(seconds=3)
    assert desk.slack.sent[0].edits <= 4
    assert "19 restarts" in desk.heads[0]


async def test_what_changes_while_a_send_is_under_way_is_sent_after_it() -> None:
    desk, one = Desk(), incident()
    desk.slack.hang["#alerts"] = asyncio.Event()
    desk.notifier.offer(one)
    desk.notifier.pump()
    await asyncio.sleep(0)
    desk.notifier.offer(recovered(one, desk.clock.time))
    desk.slack.hang["#alerts"].set()
    await desk.notifier.settle()
    await desk.send(seconds=4)
    assert desk.heads[0].startswith("✅")


async def test_a_message_that_somebody_deleted_is_left_alone() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)
    desk.slack.sent.clear()
    await desk.send(recovered(one, desk.clock.time), seconds=60)
    await desk.send(seconds=600)
    assert desk.slack.sent == []
    assert desk.notifier.waiting == 0


async def test_a_message_that_may_not_be_edited_still_gets_its_thread() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)

    async def never(*_: object, **__: object) -> None:
        raise SendNever("cant_update_message")

    desk.slack.update = never  # type: ignore[method-assign]
    await desk.send(recovered(one, desk.clock.time), seconds=60)
    await desk.send()
    await desk.send()
    assert len(desk.slack.replies(desk.slack.messages[0])) == 1
    assert desk.notifier.waiting == 0


async def test_a_revoked_token_is_no_reason_for_a_simpler_message() -> None:
    desk, one = Desk(), incident()
    desk.slack.broken["#alerts"] = SendNever("token_revoked")
    await desk.send(one)
    await desk.send(seconds=400)
    desk.slack.broken.clear()
    await desk.send(seconds=400)
    assert desk.slack.sent[0].message.parts


async def test_a_store_that_fails_delays_the_send() -> None:
    desk = Desk()
    put = desk.store.put

    async def refuses(*_: object, **__: object) -> int:
        raise StoreError("full")

    desk.store.put = refuses  # type: ignore[method-assign]
    await desk.send(incident())
    assert desk.slack.sent == [], "no claim, no post"
    desk.store.put = put  # type: ignore[method-assign]
    await desk.send(seconds=2)
    assert len(desk.slack.sent) == 1


async def test_a_fault_of_ours_in_one_incident_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.slack.refuse = lambda message: ValueError("ours") if "search" in message.text else None
    await desk.send(incident(name="search"), incident())
    assert len(desk.heads) == 1
    assert "ours" in caplog.text


async def test_a_stop_sends_what_is_left_without_pauses() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)
    desk.notifier.offer(recovered(one, desk.clock.time))
    assert await desk.notifier.stop(2)
    assert desk.heads[0].startswith("✅")


async def test_a_stop_ends_in_time_although_slack_does_not_answer() -> None:
    desk = Desk()
    desk.slack.hang["#alerts"] = asyncio.Event()
    desk.notifier.offer(incident())
    assert not await desk.notifier.stop(0.05)


async def test_what_is_ended_and_told_is_forgotten_and_its_record_expires() -> None:
    desk, one = Desk(), incident()
    await desk.send(one)
    await desk.send(recovered(one, desk.clock.time), seconds=60)
    assert desk.notifier.next_due == float("inf")
    desk.clock.time += 30 * 86400
    assert await desk.store.get(f"delivery/{one.id}") is None


async def test_a_cause_with_markup_stays_text() -> None:
    desk = Desk()
    one = msgspec.structs.replace(incident(), cause=Cause(code="x", sentence="<!channel> & <@U1>"))
    await desk.send(one)
    assert "<!channel> & <@U1>" in repr(desk.slack.sent[0].message), "literal: the adapter escapes plain text"
