"""Post, edit, find: what reaches Slack, and what happens when Slack or the network refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters.slack.api import Api
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.files import Files
from bot.adapters.slack.outbound import SlackMessenger
from bot.adapters.slack.settings import SlackSettings
from bot.core.errors import SendLater, SendNever
from bot.core.message import Message, Section, Table
from bot.core.ports import Posted
from bot.core.times import Seconds
from tests.bot.adapters.slack.stub import RESET, Clock, Stub, limited, stub_slack

POSTED = {"ok": True, "channel": "C0000001", "ts": "100.000001"}
HELLO = Message("hello", (Section("hello"),))


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        slack.script["chat.postMessage"] = [POSTED]
        yield slack


@pytest.fixture
async def messenger(stub: Stub) -> AsyncIterator[SlackMessenger]:
    clock = Clock()
    api = Api("xoxb-test", stub.url, sleep=clock.sleep)
    settings = SlackSettings(channel="#k8s-alerts", post_interval=Seconds(0), patience=Seconds(2))
    yield SlackMessenger(api, Channels(api), Files(api, sleep=clock.sleep), settings)
    await api.close()


async def test_a_post_carries_its_key_and_no_previews(messenger: SlackMessenger, stub: Stub) -> None:
    assert await messenger.post("C0000001", HELLO, thread="9.9", broadcast=True, key="k1") == Posted(
        "C0000001", "100.000001"
    )
    (call,) = stub.calls["chat.postMessage"]
    assert call["metadata"] == {"event_type": "watchkeeper", "event_payload": {"key": "k1"}}
    assert (call["thread_ts"], call["reply_broadcast"]) == ("9.9", True)
    assert (call["unfurl_links"], call["unfurl_media"]) == (False, False)
    assert call["text"] == "hello"


async def test_a_post_that_may_have_worked_is_never_repeated(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["chat.postMessage"] = [RESET, POSTED]
    with pytest.raises(SendLater):
        await messenger.post("C0000001", HELLO, key="k1")
    assert len(stub.calls["chat.postMessage"]) == 1


async def test_a_short_429_is_waited_for(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["chat.postMessage"] = [limited(1), POSTED]
    await messenger.post("C0000001", HELLO)
    assert len(stub.calls["chat.postMessage"]) == 2


async def test_a_long_429_is_handed_back_and_holds_up_no_other_channel(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["chat.postMessage"] = lambda call: limited(30) if call["channel"] == "C0000001" else POSTED
    with pytest.raises(SendLater) as caught:
        await messenger.post("C0000001", HELLO)
    assert caught.value.after == pytest.approx(30, abs=1)
    await messenger.post("C0000002", HELLO)
    with pytest.raises(SendLater):
        await messenger.post("C0000001", HELLO)
    assert len([call for call in stub.calls["chat.postMessage"] if call["channel"] == "C0000001"]) == 1


async def test_refused_blocks_are_sent_plainer(messenger: SlackMessenger, stub: Stub) -> None:
    def strict(call: dict[str, Any]) -> dict[str, Any]:
        kinds = {block["type"] for block in call["blocks"]}
        return {"ok": False, "error": "invalid_blocks"} if kinds != {"section"} else POSTED

    stub.script["chat.postMessage"] = strict
    await messenger.post("C0000001", Message("x", (Table(("NAME",), (("api",),)),)))
    (*_, last) = stub.calls["chat.postMessage"]
    assert len(stub.calls["chat.postMessage"]) == 3
    assert "api" in last["blocks"][0]["text"]["text"]


async def test_what_is_refused_in_every_form_is_given_up(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["chat.postMessage"] = [{"ok": False, "error": "invalid_blocks"}]
    with pytest.raises(SendNever):
        await messenger.post("C0000001", HELLO)


async def test_a_public_channel_is_joined_when_needed(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["chat.postMessage"] = [{"ok": False, "error": "not_in_channel"}, POSTED]
    await messenger.post("C0000001", HELLO)
    assert stub.calls["conversations.join"] == [{"channel": "C0000001"}]


async def test_update_keeps_the_key_and_survives_a_reset(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["chat.update"] = [RESET, {"ok": True}]
    await messenger.update(Posted("C0000001", "100.000001"), HELLO, key="k1")
    last = stub.calls["chat.update"][-1]
    assert last["metadata"]["event_payload"] == {"key": "k1"}
    assert last["ts"] == "100.000001"


def said(ts: str, key: str, user: str = "UBOT", kind: str = "watchkeeper") -> dict[str, Any]:
    return {"ts": ts, "user": user, "metadata": {"event_type": kind, "event_payload": {"key": key}}}


async def test_find_knows_our_own_message_by_its_key(messenger: SlackMessenger, stub: Stub) -> None:
    forged = [said("1.1", "k1", user="UEVE"), said("1.2", "k1", kind="other"), {"ts": "1.3", "user": "UBOT"}]
    stub.script["conversations.history"] = [
        {"ok": True, "messages": [*forged, said("1.4", "k2")], "response_metadata": {"next_cursor": "n"}},
        {"ok": True, "messages": [said("1.5", "k1")]},
    ]
    assert await messenger.find("C0000001", "k1", since=1000) == Posted("C0000001", "1.5")
    call = stub.calls["conversations.history"][0]
    assert call["include_all_metadata"] == "1"
    assert float(call["oldest"]) <= 1000


async def test_find_in_a_thread_and_not_at_all(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["conversations.replies"] = [{"ok": True, "messages": []}]
    assert await messenger.find("C0000001", "k1", since=0, thread="7.7") is None
    assert stub.calls["conversations.replies"][0]["ts"] == "7.7"


async def test_find_joins_to_be_allowed_to_read(messenger: SlackMessenger, stub: Stub) -> None:
    stub.script["conversations.history"] = [
        {"ok": False, "error": "not_in_channel"},
        {"ok": True, "messages": [said("1.5", "k1")]},
    ]
    assert await messenger.find("C0000001", "k1", since=0) == Posted("C0000001", "1.5")
