"""Tokens, the way into Socket Mode, and Slack's own validator."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import client, refusal


async def test_a_bot_token_says_whose_it_is(web: AsyncWebClient) -> None:
    answer = await web.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0WATCHDEMO", "U0WATCHKEEP", "B0WATCHKEEP")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_connections_are_opened_with_the_app_token_only(slack: SlackDouble, web: AsyncWebClient) -> None:
    assert (await web.apps_connections_open(app_token="xapp-demo"))["url"].startswith("ws://127.0.0.1:")
    assert await refusal(web.apps_connections_open(app_token="xoxb-demo")) == "not_allowed_token_type"
    assert (
        await refusal(client(slack, "xapp-demo").chat_postMessage(channel="general", text="x"))
        == "not_allowed_token_type"
    )
    assert (await client(slack, "xapp-demo").auth_test())["ok"]


async def test_a_dead_address_is_given_as_often_as_asked(slack: SlackDouble, web: AsyncWebClient) -> None:
    slack.faults.dead_socket_urls = 1
    dead, alive = [(await web.apps_connections_open(app_token="xapp-demo"))["url"] for _ in range(2)]
    port = slack.url.rpartition(":")[2]
    assert f":{port}/" not in dead
    assert f":{port}/" in alive


async def test_blocks_are_validated_without_being_sent(web: AsyncWebClient) -> None:
    good = [{"type": "divider"}]
    assert (await web.api_call("blocks.validate", json={"blocks": good}))["ok"]
    assert await refusal(web.api_call("blocks.validate", json={"blocks": [{"type": "nonsense"}]})) == "invalid_blocks"
    assert (await web.api_test(hello="x"))["args"]["hello"] == "x"
