"""What all methods have in common: arguments in every form, tokens, scopes, rates and faults."""

from __future__ import annotations

from typing import Any

import aiohttp
import msgspec
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.model import Token
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK, client, refusal

BEARER = {"Authorization": "Bearer xoxb-demo"}


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("GET", {"params": {"user": "U0DANA"}, "headers": BEARER}),
        ("GET", {"params": {"user": "U0DANA", "token": "xoxb-demo"}}),
        ("POST", {"data": {"user": "U0DANA"}, "headers": BEARER}),
        ("POST", {"data": {"user": "U0DANA", "token": "xoxb-demo"}}),
        ("POST", {"json": {"user": "U0DANA"}, "headers": BEARER}),
        ("POST", {"params": {"user": "U0DANA"}, "headers": BEARER}),
    ],
)
async def test_arguments_and_token_arrive_by_query_form_or_json(slack: SlackDouble, verb: str, options: Any) -> None:
    url = f"{slack.api_url}users.info"
    async with aiohttp.ClientSession() as session, session.request(verb, url, **options) as response:
        assert response.status == 200
        assert (await response.json())["user"]["name"] == "dana"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, "not_authed"),
        ({"headers": {"Authorization": "Bearer xoxb-wrong"}}, "invalid_auth"),
        ({"headers": BEARER | {"Content-Type": "application/json"}, "data": "{"}, "invalid_json"),
        ({"headers": BEARER | {"Content-Type": "application/json"}, "data": "[]"}, "json_not_object"),
        ({"headers": BEARER | {"Content-Type": "text/plain"}, "data": "x"}, "invalid_post_type"),
    ],
)
async def test_refusals_come_with_status_200(slack: SlackDouble, options: Any, error: str) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{slack.api_url}auth.test", **options) as response:
        assert response.status == 200
        assert await response.json() == {"ok": False, "error": error}


async def test_an_unknown_method_and_a_revoked_token(slack: SlackDouble, web: AsyncWebClient) -> None:
    assert await refusal(web.api_call("chat.shout")) == "unknown_method"
    slack.state.tokens["xoxb-demo"] = Token(kind="bot", scopes=(), state="token_revoked")
    assert await refusal(web.auth_test()) == "token_revoked"


async def test_a_missing_scope_is_named_with_what_is_there() -> None:
    async with SlackDouble(msgspec.structs.replace(QUICK, bot_scopes=("users:read",))) as slack:
        with pytest.raises(SlackApiError) as refused:
            await client(slack).chat_postMessage(channel="general", text="x")
    answer = refused.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "users:read")
    assert answer.headers["x-accepted-oauth-scopes"] == "chat:write"


async def test_a_rate_limit_is_waited_out_by_the_retry_handler(slack: SlackDouble, web: AsyncWebClient) -> None:
    slack.faults.ratelimited("chat.postMessage", retry_after=1)
    with pytest.raises(SlackApiError) as refused:
        await web.chat_postMessage(channel="general", text="x")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")
    web.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.faults.ratelimited("chat.postMessage", retry_after=0)
    await web.chat_postMessage(channel="general", text="later")
    assert [each["text"] for each in slack.in_channel("general")] == ["later"]


async def test_a_connection_reset_after_the_effect_doubles_a_blind_retry(
    slack: SlackDouble, web: AsyncWebClient
) -> None:
    """The default retry of slack_sdk posts twice: what our outbound side must not do."""
    slack.faults.reset("chat.postMessage", after_effect=True)
    await web.chat_postMessage(channel="general", text="x")
    assert len(slack.in_channel("general")) == 2


async def test_a_connection_reset_before_the_effect_leaves_nothing(slack: SlackDouble) -> None:
    web = client(slack, retry_handlers=[])
    slack.faults.reset("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await web.chat_postMessage(channel="general", text="x")
    assert slack.in_channel("general") == []


async def test_server_errors_slow_answers_and_made_up_errors(slack: SlackDouble) -> None:
    web = client(slack, timeout=1, retry_handlers=[])
    slack.faults.status("*", 503)
    with pytest.raises(SlackApiError) as broken:
        await web.auth_test()
    assert broken.value.response.status_code == 503
    slack.faults.error("auth.test", "internal_error")
    assert await refusal(web.auth_test()) == "internal_error"
    slack.faults.slow("auth.test", 1.5)
    with pytest.raises(TimeoutError):
        await web.auth_test()
    assert (await web.auth_test())["ok"], "each fault is used up"


async def test_rates_are_held_when_switched_on() -> None:
    async with SlackDouble(msgspec.structs.replace(QUICK, rate_limits=True)) as slack:
        web = client(slack)
        for _ in range(2):
            await web.chat_postMessage(channel="general", text="x")
        assert await refusal(web.chat_postMessage(channel="general", text="x")) == "ratelimited"
        assert (await web.chat_postMessage(channel="shop-dev", text="x"))["ok"], "another channel has its own rate"
        slack.clock.advance(2)
        assert (await web.chat_postMessage(channel="general", text="x"))["ok"]
