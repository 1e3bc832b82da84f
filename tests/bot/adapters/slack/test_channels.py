"""Names become ids with few calls."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack.api import Api
from bot.adapters.slack.channels import Channels
from bot.core.errors import SendNever
from tests.bot.adapters.slack.stub import Clock, Stub, stub_slack


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        slack.script["conversations.list"] = [
            {"ok": True, "channels": [{"id": "C0000001", "name": "other"}], "response_metadata": {"next_cursor": "x"}},
            {"ok": True, "channels": [{"id": "C0000002", "name": "k8s-alerts"}]},
        ]
        yield slack


@pytest.fixture
async def api(stub: Stub) -> AsyncIterator[Api]:
    made = Api("xoxb-test", stub.url)
    yield made
    await made.close()


async def test_a_name_is_looked_up_once(api: Api, stub: Stub) -> None:
    channels = Channels(api)
    assert await channels.resolve("#k8s-alerts") == "C0000002"
    assert await channels.resolve("k8s-alerts") == "C0000002"
    assert await channels.resolve("C0000009") == "C0000009"
    assert len(stub.calls["conversations.list"]) == 2


async def test_an_unknown_name_is_not_asked_for_on_every_message(api: Api, stub: Stub) -> None:
    clock = Clock()
    channels = Channels(api, clock=clock)
    for _ in range(5):
        with pytest.raises(SendNever) as caught:
            await channels.resolve("#nowhere")
        assert caught.value.code == "channel_not_found"
    asked = len(stub.calls["conversations.list"])
    clock.now = 61
    with pytest.raises(SendNever):
        await channels.resolve("#nowhere")
    assert asked == 2
    assert len(stub.calls["conversations.list"]) == 3


async def test_join_says_whether_it_worked(api: Api, stub: Stub) -> None:
    assert await Channels(api).join("C0000001")
    stub.script["conversations.join"] = [{"ok": False, "error": "method_not_supported_for_channel_type"}]
    assert not await Channels(api).join("G0000001")


async def test_the_direct_conversation_is_opened_once(api: Api, stub: Stub) -> None:
    stub.script["conversations.open"] = [{"ok": True, "channel": {"id": "D0000001"}}]
    channels = Channels(api)
    assert [await channels.direct("U1"), await channels.direct("U1")] == ["D0000001"] * 2
    assert len(stub.calls["conversations.open"]) == 1
