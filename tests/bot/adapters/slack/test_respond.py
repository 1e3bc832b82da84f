"""An answer arrives by whatever way is still open, and never overwrites what it must not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.slack.api import Api
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.deliveries import Delivery, from_action, from_command, from_direct, from_home, from_mention
from bot.adapters.slack.files import Files
from bot.adapters.slack.outbound import SlackMessenger
from bot.adapters.slack.respond import SlackResponder
from bot.adapters.slack.settings import SlackSettings
from bot.core.errors import SendError
from bot.core.message import Message, Table
from bot.core.times import Seconds
from tests.bot.adapters.slack.payloads import command, direct, home, mention, press
from tests.bot.adapters.slack.socket_stub import SocketStub, socket_slack
from tests.bot.adapters.slack.stub import RESET

HELLO = Message("hello")
Make = Callable[[Delivery | None], SlackResponder]


class Now:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def stub() -> AsyncIterator[SocketStub]:
    async with socket_slack() as slack:
        slack.script["conversations.open"] = [{"ok": True, "channel": {"id": "D0000001"}}]
        slack.script["chat.postMessage"] = [{"ok": True, "channel": "C0000001", "ts": "1.1"}]
        yield slack


@pytest.fixture
async def now() -> Now:
    return Now()


@pytest.fixture
async def make(stub: SocketStub, now: Now) -> AsyncIterator[Make]:
    api = Api("xoxb-test", stub.url)
    channels, files = Channels(api), Files(api)
    settings = SlackSettings(channel="#x", post_interval=Seconds(0))
    messenger = SlackMessenger(api, channels, files, settings)

    def responder(delivery: Delivery | None) -> SlackResponder:
        assert delivery is not None
        return SlackResponder(delivery, api, messenger, channels, files, now=now)

    yield responder
    await api.close()


def response_url(stub: SocketStub) -> str:
    return stub.url.removesuffix("api/") + "response/hook"


def slash(stub: SocketStub, **extra: Any) -> Delivery:
    return from_command(command(response_url=response_url(stub), **extra), 1000.0)


async def test_the_asker_alone_sees_it_unless_it_is_public(make: Make, stub: SocketStub) -> None:
    responder = make(slash(stub))
    await responder.reply(HELLO)
    await responder.reply(HELLO, public=True)
    assert [call["response_type"] for call in stub.calls["hook"]] == ["ephemeral", "in_channel"]
    assert stub.calls["hook"][0]["text"] == "hello"


async def test_after_five_uses_the_asker_is_answered_ephemerally(make: Make, stub: SocketStub) -> None:
    responder = make(slash(stub))
    for _ in range(6):
        await responder.reply(HELLO)
    assert len(stub.calls["hook"]) == 5
    (call,) = stub.calls["chat.postEphemeral"]
    assert (call["channel"], call["user"]) == ("C0000001", "U0DANA")


async def test_after_half_an_hour_the_url_is_not_even_tried(make: Make, stub: SocketStub, now: Now) -> None:
    responder = make(slash(stub))
    now.now += 30 * 60
    await responder.reply(HELLO)
    assert stub.calls["hook"] == []
    assert len(stub.calls["chat.postEphemeral"]) == 1


@pytest.mark.parametrize(
    "answer",
    [
        web.json_response({"ok": False, "error": "expired_url"}, status=404),
        web.json_response({"ok": False, "error": "used_url"}, status=404),
        web.Response(status=500, text="no_service"),
        RESET,
    ],
)
async def test_a_url_that_fails_is_made_up_for(make: Make, stub: SocketStub, answer: Any) -> None:
    stub.script["hook"] = lambda _: answer
    await make(slash(stub)).reply(HELLO)
    assert len(stub.calls["chat.postEphemeral"]) == 1


async def test_a_public_answer_is_not_doubled_when_its_fate_is_unknown(make: Make, stub: SocketStub) -> None:
    stub.script["hook"] = [RESET]
    with pytest.raises(SendError):
        await make(slash(stub)).reply(HELLO, public=True)
    assert stub.calls["chat.postMessage"] == []
    stub.script["hook"] = [{"ok": False, "error": "expired_url"}]
    await make(slash(stub)).reply(HELLO, public=True)
    assert len(stub.calls["chat.postMessage"]) == 1


async def test_where_the_app_is_not_in_the_channel_it_answers_directly(make: Make, stub: SocketStub, now: Now) -> None:
    stub.script["chat.postEphemeral"] = [{"ok": False, "error": "not_in_channel"}]
    now.now += 30 * 60
    await make(slash(stub)).reply(HELLO)
    assert stub.calls["chat.postMessage"][0]["channel"] == "D0000001"


async def test_refused_blocks_are_sent_plainer(make: Make, stub: SocketStub) -> None:
    refused = {"ok": False, "error": "invalid_blocks"}
    stub.script["hook"] = lambda call: refused if call["blocks"][0]["type"] == "table" else {"ok": True}
    await make(slash(stub)).reply(Message("x", (Table(("NAME",), (("api",),)),)))
    assert [call["blocks"][0]["type"] for call in stub.calls["hook"]] == ["table", "rich_text"]


async def test_an_answer_to_a_button_never_overwrites_the_alert(make: Make, stub: SocketStub) -> None:
    responder = make(from_action(press(response_url=response_url(stub)), 1000.0))
    await responder.reply(HELLO)
    await responder.reply(HELLO, replace=True)
    assert [call["replace_original"] for call in stub.calls["hook"]] == [False, False]


async def test_a_private_preview_gives_way_to_its_outcome(make: Make, stub: SocketStub) -> None:
    body = press(response_url=response_url(stub), container={"is_ephemeral": True, "channel_id": "C0000001"})
    responder = make(from_action(body, 1000.0))
    await responder.reply(HELLO, replace=True)
    await responder.reply(HELLO)
    await responder.reply(HELLO, replace=True)
    assert [call["replace_original"] for call in stub.calls["hook"]] == [True, False, False]


async def test_a_mention_is_answered_where_it_stood(make: Make, stub: SocketStub) -> None:
    await make(from_mention(mention("<@UBOT> help", thread_ts="5.5"), "UBOT", 1000.0)).reply(HELLO)
    (call,) = stub.calls["chat.postEphemeral"]
    assert (call["channel"], call["user"], call["thread_ts"]) == ("C0000001", "U0DANA", "5.5")


async def test_a_direct_message_is_answered_by_one(make: Make, stub: SocketStub) -> None:
    await make(from_direct(direct("help"), "UBOT", 1000.0)).reply(HELLO)
    (call,) = stub.calls["chat.postMessage"]
    assert (call["channel"], call["text"]) == ("D0000001", "hello")
    assert stub.calls["chat.postEphemeral"] == []


async def test_the_home_tab_shows_the_answer(make: Make, stub: SocketStub) -> None:
    await make(from_home(home(), 1000.0)).reply(HELLO)
    (call,) = stub.calls["views.publish"]
    assert call["user_id"] == "U0DANA"
    assert call["view"]["type"] == "home"


async def test_a_file_goes_to_the_asker_alone(make: Make, stub: SocketStub) -> None:
    place = {"ok": True, "file_id": "F0000001", "upload_url": stub.url + "upload"}
    stub.script["files.getUploadURLExternal"] = [place]
    await make(slash(stub)).upload("api.log", b"lines")
    assert stub.calls["conversations.open"] == [{"users": "U0DANA"}]
    assert stub.calls["files.completeUploadExternal"][0]["channel_id"] == "D0000001"


async def test_post_goes_to_the_channel(make: Make, stub: SocketStub) -> None:
    await make(slash(stub)).post(HELLO, thread="5.5")
    (call,) = stub.calls["chat.postMessage"]
    assert (call["channel"], call["thread_ts"]) == ("C0000001", "5.5")
