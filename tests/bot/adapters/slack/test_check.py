"""Whatever is wrong with tokens, scopes or channel is one sentence that says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.slack.adapter import Slack
from bot.adapters.slack.scopes import SCOPES
from bot.adapters.slack.settings import SlackSettings
from tests.bot.adapters.slack.stub import AUTH, Stub, stub_slack

OPEN = {"ok": True, "url": "ws://127.0.0.1/unused"}
LISTED = {"ok": True, "channels": [{"id": "C0000001", "name": "k8s-alerts"}]}


def authed(scopes: list[str], **extra: Any) -> Any:
    return lambda _: web.json_response({**AUTH, **extra}, headers={"x-oauth-scopes": ",".join(scopes)})


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        slack.script["auth.test"] = authed(list(SCOPES))
        slack.script["apps.connections.open"] = [OPEN]
        slack.script["conversations.list"] = [LISTED]
        slack.script["conversations.info"] = [{"ok": True, "channel": {"id": "C0000001", "is_member": False}}]
        yield slack


async def problems(stub: Stub, *, app_token: str = "xapp-1", bot_token: str = "xoxb-1", **settings: Any) -> list[str]:
    slack = Slack(
        SlackSettings(**{"channel": "#k8s-alerts", "api_url": stub.url, **settings}),
        bot_token=bot_token,
        app_token=app_token,
    )
    try:
        return await slack.check()
    finally:
        await slack.close()


async def test_all_well(stub: Stub) -> None:
    assert await problems(stub) == []


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked"])
async def test_a_dead_bot_token(stub: Stub, code: str) -> None:
    stub.script["auth.test"] = [{"ok": False, "error": code}]
    (told,) = await problems(stub)
    assert told.startswith("SLACK_BOT_TOKEN: ")


async def test_missing_tokens(stub: Stub) -> None:
    (told,) = await problems(stub, app_token="")
    assert "SLACK_APP_TOKEN is not set" in told
    assert "connections:write" in told
    assert any("SLACK_BOT_TOKEN is not set" in line for line in await problems(stub, bot_token=""))


async def test_a_dead_app_token(stub: Stub) -> None:
    stub.script["apps.connections.open"] = [{"ok": False, "error": "not_allowed_token_type"}]
    (told,) = await problems(stub)
    assert told.startswith("SLACK_APP_TOKEN: ")
    assert "xapp-" in told


async def test_a_missing_scope_says_what_it_is_for(stub: Stub) -> None:
    stub.script["auth.test"] = authed([scope for scope in SCOPES if scope != "usergroups:read"])
    (told,) = await problems(stub)
    assert "usergroups:read (to know who is in the user groups" in told
    assert "reinstall" in told


async def test_a_persons_token(stub: Stub) -> None:
    stub.script["auth.test"] = authed(list(SCOPES), bot_id=None)
    (told,) = await problems(stub)
    assert "belongs to a person" in told


async def test_http_mode_needs_the_signing_secret_and_no_app_token(stub: Stub) -> None:
    (told,) = await problems(stub, mode="http", app_token="")
    assert "SLACK_SIGNING_SECRET" in told


@pytest.mark.parametrize(
    ("info", "word"),
    [
        ({"is_archived": True}, "archived"),
        ({"is_private": True, "is_member": False}, "/invite"),
    ],
)
async def test_the_channel(stub: Stub, info: dict[str, Any], word: str) -> None:
    stub.script["conversations.info"] = [{"ok": True, "channel": {"id": "C0000001", **info}}]
    (told,) = await problems(stub)
    assert word in told


async def test_an_unknown_channel(stub: Stub) -> None:
    (told,) = await problems(stub, channel="#k8s-alrets")
    assert "slack.channel #k8s-alrets: no such channel" in told


async def test_an_unreachable_slack_is_not_called_a_bad_token(unused_tcp_port: int) -> None:
    stub = Stub()
    stub.url = f"http://127.0.0.1:{unused_tcp_port}/api/"
    told = await problems(stub)
    assert all("could not be asked" in line for line in told)
