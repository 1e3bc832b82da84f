"""Channels and what was said in them, page by page."""

from __future__ import annotations

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.model import BOT_USER_ID
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK, client, refusal


async def test_channels_come_in_pages_and_private_ones_only_to_members(slack: SlackDouble, web: AsyncWebClient) -> None:
    slack.workspace.add_channel("hidden", private=True)
    slack.workspace.add_channel("open-secret", private=True, members={BOT_USER_ID})
    names, cursor = [], ""
    while True:
        page = await web.conversations_list(limit=2, cursor=cursor, types="public_channel,private_channel")
        assert len(page["channels"]) <= 2
        names += [each["name"] for each in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert names == ["k8s-alerts", "shop-dev", "payments-dev", "general", "open-secret"]
    assert await refusal(web.conversations_list(cursor="nonsense")) == "invalid_cursor"
    assert await refusal(web.conversations_list(limit=5000)) == "invalid_limit"
    assert await refusal(web.conversations_list(types="planets")) == "invalid_types"


async def test_joining_is_for_public_channels_and_opens_history(slack: SlackDouble, web: AsyncWebClient) -> None:
    slack.workspace.channel("C0SHOP").members.discard(BOT_USER_ID)
    assert not (await web.conversations_info(channel="C0SHOP"))["channel"]["is_member"]
    assert await refusal(web.conversations_history(channel="C0SHOP")) == "not_in_channel"
    assert (await web.conversations_join(channel="C0SHOP"))["channel"]["is_member"]
    assert (await web.conversations_history(channel="C0SHOP"))["messages"] == []
    assert (await web.conversations_join(channel="C0SHOP"))["warning"] == "already_in_channel"
    private = slack.workspace.add_channel("closed", private=True, members={BOT_USER_ID})
    assert await refusal(web.conversations_join(channel=private.id)) == "method_not_supported_for_channel_type"
    await web.conversations_leave(channel="C0SHOP")
    assert BOT_USER_ID not in slack.workspace.channel("C0SHOP").members


async def test_each_kind_of_channel_has_its_own_scope() -> None:
    scopes = ("channels:read", "channels:history", "chat:write")
    async with SlackDouble(msgspec.structs.replace(QUICK, bot_scopes=scopes)) as slack:
        web = client(slack)
        private = slack.workspace.add_channel("closed", private=True, members={BOT_USER_ID})
        assert (await web.conversations_history(channel="C0GENERAL"))["ok"]
        assert await refusal(web.conversations_history(channel=private.id)) == "missing_scope"
        assert await refusal(web.conversations_list(types="private_channel")) == "missing_scope"
        assert await refusal(web.conversations_open(users="U0VERA")) == "missing_scope"


async def test_history_is_newest_first_without_replies_and_hides_metadata(
    slack: SlackDouble, web: AsyncWebClient
) -> None:
    stamps = []
    for number in range(5):
        meta = {"event_type": "watchkeeper", "event_payload": {"key": str(number)}}
        stamps.append((await web.chat_postMessage(channel="general", text=f"m{number}", metadata=meta))["ts"])
    await web.chat_postMessage(channel="general", text="reply", thread_ts=stamps[0])
    page = await web.conversations_history(channel="C0GENERAL", limit=2)
    assert [each["text"] for each in page["messages"]] == ["m4", "m3"]
    assert page["has_more"]
    assert "metadata" not in page["messages"][0]
    rest = await web.conversations_history(
        channel="C0GENERAL", cursor=page["response_metadata"]["next_cursor"], include_all_metadata=True
    )
    assert [each["metadata"]["event_payload"]["key"] for each in rest["messages"]] == ["2", "1", "0"]
    assert not rest["has_more"]
    between = await web.conversations_history(channel="C0GENERAL", oldest=stamps[1], latest=stamps[3])
    assert [each["text"] for each in between["messages"]] == ["m2"]
    around = await web.conversations_history(channel="C0GENERAL", oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [each["text"] for each in around["messages"]] == ["m3", "m2", "m1"]


async def test_replies_begin_with_the_parent_whatever_the_window(slack: SlackDouble, web: AsyncWebClient) -> None:
    parent = (await web.chat_postMessage(channel="general", text="parent"))["ts"]
    first = (await web.chat_postMessage(channel="general", text="one", thread_ts=parent))["ts"]
    await web.chat_postMessage(channel="general", text="two", thread_ts=parent, reply_broadcast=True)
    shown = await web.conversations_history(channel="C0GENERAL")
    assert [each["text"] for each in shown["messages"]] == ["two", "parent"], "a broadcast reply stands in both places"
    whole = await web.conversations_replies(channel="C0GENERAL", ts=parent)
    assert [each["text"] for each in whole["messages"]] == ["parent", "one", "two"]
    later = await web.conversations_replies(channel="C0GENERAL", ts=parent, oldest=first)
    assert [each["text"] for each in later["messages"]] == ["parent", "two"]
    assert await refusal(web.conversations_replies(channel="C0GENERAL", ts="1.000001")) == "thread_not_found"


async def test_a_conversation_with_a_person_is_always_the_same(slack: SlackDouble, web: AsyncWebClient) -> None:
    first = (await web.conversations_open(users="U0VERA"))["channel"]["id"]
    assert first == (await web.conversations_open(users=["U0VERA"]))["channel"]["id"]
    assert await refusal(web.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await refusal(web.conversations_open(users="")) == "users_list_not_supplied"
    slack.workspace.users["U0GUS"].deleted = True
    assert await refusal(web.conversations_open(users="U0GUS")) == "user_disabled"


async def test_members_of_a_channel(web: AsyncWebClient) -> None:
    members = (await web.conversations_members(channel="C0GENERAL"))["members"]
    assert {"U0VERA", "U0DANA", "U0APRIL", "U0GUS", BOT_USER_ID} == set(members)
    assert len((await web.users_conversations(user="U0VERA"))["channels"]) == 4
