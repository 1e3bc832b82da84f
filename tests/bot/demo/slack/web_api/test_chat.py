"""Sending, editing and deleting messages, with every refusal that the bot may meet."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.model import BOT_USER_ID
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK, client, refusal, until

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "y" * 2990}}
METADATA = {"event_type": "watchkeeper", "event_payload": {"key": "k1"}}


async def test_a_message_can_be_sent_to_a_name_an_id_or_a_person(slack: SlackDouble, web: AsyncWebClient) -> None:
    for target in ("#general", "general", "C0GENERAL"):
        assert (await web.chat_postMessage(channel=target, text="hello"))["channel"] == "C0GENERAL"
    assert (await web.chat_postMessage(channel="U0VERA", text="psst"))["channel"] == "D0VERA"
    assert len(slack.in_channel("general")) == 3


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "general", "text": " "}, "no_text"),
        ({"channel": "general", "text": "x", "blocks": "{not json"}, "invalid_blocks_format"),
        ({"channel": "general", "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": "general", "text": "x", "blocks": [LONG] * 5}, "msg_blocks_too_long"),
        ({"channel": "general", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        ({"channel": "general", "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": "general", "text": "x", "username": "Somebody Else"}, "missing_scope"),
        ({"channel": "general", "text": "x", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    ],
)  # fmt: skip
async def test_refusals_of_a_post(web: AsyncWebClient, arguments: Any, error: str) -> None:
    assert await refusal(web.api_call("chat.postMessage", json=arguments)) == error


async def test_membership_decides_unless_the_scope_opens_public_channels(
    slack: SlackDouble, web: AsyncWebClient
) -> None:
    slack.workspace.channel("C0SHOP").members.discard(BOT_USER_ID)
    assert (await web.chat_postMessage(channel="shop-dev", text="x"))["ok"]
    private = slack.workspace.add_channel("secret", private=True)
    assert await refusal(web.chat_postMessage(channel=private.id, text="x")) == "channel_not_found"
    slack.workspace.channel("C0SHOP").is_archived = True
    assert await refusal(web.chat_postMessage(channel="shop-dev", text="x")) == "is_archived"

    scopes = tuple(scope for scope in QUICK.bot_scopes if scope != "chat:write.public")
    async with SlackDouble(msgspec.structs.replace(QUICK, bot_scopes=scopes)) as narrow:
        narrow.workspace.channel("C0SHOP").members.discard(BOT_USER_ID)
        assert await refusal(client(narrow).chat_postMessage(channel="shop-dev", text="x")) == "not_in_channel"


async def test_text_beyond_a_screenful_is_split_and_beyond_forty_thousand_cut(
    slack: SlackDouble, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(channel="general", text="line\n" * 1000)
    assert len(slack.in_channel("general")) == 2
    await web.chat_postMessage(channel="shop-dev", text="x" * 50_000, blocks=[SECTION])
    assert len(slack.in_channel("shop-dev")[0]["text"]) == 40_000


async def test_replies_count_in_their_parent_and_broadcasts_show_in_the_channel(
    slack: SlackDouble, web: AsyncWebClient
) -> None:
    parent = (await web.chat_postMessage(channel="general", text="parent"))["ts"]
    first = (await web.chat_postMessage(channel="general", text="one", thread_ts=parent))["ts"]
    await web.chat_postMessage(channel="general", text="nested", thread_ts=first)
    loud = await web.chat_postMessage(channel="general", text="two", thread_ts=parent, reply_broadcast=True)
    assert loud["message"]["subtype"] == "thread_broadcast"
    shown = slack.in_channel("general")[0]
    assert (shown["reply_count"], shown["latest_reply"]) == (3, loud["ts"])
    assert {each["thread_ts"] for each in slack.in_channel("general")} == {parent}


async def test_an_edit_keeps_its_place_and_drops_what_is_not_sent_again(
    slack: SlackDouble, web: AsyncWebClient
) -> None:
    ts = (await web.chat_postMessage(channel="general", text="a", blocks=[SECTION], metadata=METADATA))["ts"]
    await web.chat_update(
        channel="C0GENERAL", ts=ts, blocks=[SECTION, {"type": "divider"}], text="b", metadata=METADATA
    )
    message = slack.in_channel("general")[0]
    assert (message["text"], len(message["blocks"]), message["metadata"]) == ("b", 2, METADATA)
    assert "edited" not in message
    await web.chat_update(channel="C0GENERAL", ts=ts, text="only text")
    message = slack.in_channel("general")[0]
    assert "blocks" not in message
    assert "metadata" not in message
    assert message["edited"]["user"] == BOT_USER_ID
    assert len(slack.in_channel("general")) == 1


async def test_refusals_of_an_edit(slack: SlackDouble, web: AsyncWebClient) -> None:
    await slack.act("dana", channel="general", text="mine", wait=0)
    ts = slack.in_channel("general")[0]["ts"]
    assert await refusal(web.chat_update(channel="C0GENERAL", ts=ts, text="x")) == "cant_update_message"
    assert await refusal(web.chat_delete(channel="C0GENERAL", ts=ts)) == "cant_delete_message"
    assert await refusal(web.chat_update(channel="general", ts=ts, text="x")) == "channel_not_found"
    assert await refusal(web.chat_update(channel="C0GENERAL", ts="1.1", text="x")) == "message_not_found"
    own = (await web.chat_postMessage(channel="general", text="x"))["ts"]
    assert await refusal(web.chat_update(channel="C0GENERAL", ts=own, text="x" * 4001)) == "msg_too_long"


async def test_an_edit_window_closes() -> None:
    async with SlackDouble(msgspec.structs.replace(QUICK, edit_window=60.0)) as slack:
        web = client(slack)
        ts = (await web.chat_postMessage(channel="general", text="x"))["ts"]
        await web.chat_update(channel="C0GENERAL", ts=ts, text="y")
        slack.clock.advance(61)
        assert await refusal(web.chat_update(channel="C0GENERAL", ts=ts, text="z")) == "edit_window_closed"


async def test_an_ephemeral_message_is_for_one_and_cannot_be_touched(slack: SlackDouble, web: AsyncWebClient) -> None:
    sent = await web.chat_postEphemeral(channel="general", user="U0VERA", text="only you")
    assert slack.in_channel("general") == []
    assert await refusal(web.chat_update(channel="C0GENERAL", ts=sent["message_ts"], text="x")) == "message_not_found"
    assert await refusal(web.chat_delete(channel="C0GENERAL", ts=sent["message_ts"])) == "message_not_found"
    slack.workspace.channel("C0SHOP").members.discard("U0VERA")
    assert await refusal(web.chat_postEphemeral(channel="C0SHOP", user="U0VERA", text="x")) == "user_not_in_channel"


async def test_a_deleted_message_is_gone_and_its_thread_shrinks(slack: SlackDouble, web: AsyncWebClient) -> None:
    parent = (await web.chat_postMessage(channel="general", text="parent"))["ts"]
    reply = (await web.chat_postMessage(channel="general", text="reply", thread_ts=parent))["ts"]
    await web.chat_delete(channel="C0GENERAL", ts=reply)
    assert [(each["ts"], each["reply_count"]) for each in slack.in_channel("general")] == [(parent, 0)]


async def test_scheduled_messages_come_later_or_not_at_all(slack: SlackDouble, web: AsyncWebClient) -> None:
    now = int(slack.clock())
    assert await refusal(web.chat_scheduleMessage(channel="general", text="x", post_at=now - 10)) == "time_in_past"
    far = now + 121 * 86400
    assert await refusal(web.chat_scheduleMessage(channel="general", text="x", post_at=far)) == "time_too_far"
    never = await web.chat_scheduleMessage(channel="general", text="never", post_at=now + 2)
    await web.chat_deleteScheduledMessage(channel="C0GENERAL", scheduled_message_id=never["scheduled_message_id"])
    await web.chat_scheduleMessage(channel="general", text="soon", post_at=now + 1)
    assert len((await web.chat_scheduledMessages_list())["scheduled_messages"]) == 1
    await until(lambda: slack.in_channel("general"))
    assert [each["text"] for each in slack.in_channel("general")] == ["soon"]


async def test_a_permalink_names_the_message(web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel="general", text="x"))["ts"]
    link = (await web.chat_getPermalink(channel="C0GENERAL", message_ts=ts))["permalink"]
    assert link.endswith(f"/archives/C0GENERAL/p{ts.replace('.', '')}")
