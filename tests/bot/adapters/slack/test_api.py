"""Reads are repeated, posts never; Slack's and the network's errors become ours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.adapters.slack.api import Api
from bot.core.errors import SendLater, SendNever
from tests.bot.adapters.slack.stub import RESET, Clock, Stub, limited, stub_slack


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_slack() as slack:
        yield slack


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(stub: Stub, clock: Clock) -> AsyncIterator[Api]:
    made = Api("xoxb-test", stub.url, sleep=clock.sleep)
    yield made
    await made.close()


async def test_a_write_is_sent_once_when_the_connection_breaks(api: Api, stub: Stub) -> None:
    stub.script["chat.postMessage"] = [RESET]
    with pytest.raises(SendLater, match="connection"):
        await api.write("chat.postMessage", channel="C1", text="x")
    assert len(stub.calls["chat.postMessage"]) == 1


async def test_an_idempotent_write_is_repeated(api: Api, stub: Stub) -> None:
    stub.script["chat.update"] = [RESET, {"ok": True}]
    await api.write("chat.update", idempotent=True, channel="C1", ts="1")
    assert len(stub.calls["chat.update"]) == 2


@pytest.mark.parametrize("answer", [web.Response(status=503, text="<html>"), web.Response(text="not json at all")])
async def test_html_instead_of_json_is_tried_later(api: Api, stub: Stub, answer: web.Response) -> None:
    stub.script["chat.postMessage"] = lambda _: web.Response(
        status=answer.status, text=answer.text, content_type="text/html"
    )
    with pytest.raises(SendLater) as caught:
        await api.write("chat.postMessage", channel="C1", text="x")
    assert caught.value.code == f"http_{answer.status}"


async def test_broken_json_is_tried_later(api: Api, stub: Stub) -> None:
    stub.script["chat.postMessage"] = lambda _: web.Response(text='{"ok": tr', content_type="application/json")
    with pytest.raises(SendLater):
        await api.write("chat.postMessage", channel="C1", text="x")


async def test_a_read_waits_for_a_short_429_and_hands_back_a_long_one(api: Api, stub: Stub, clock: Clock) -> None:
    stub.script["users.info"] = [limited(2), {"ok": True, "user": {}}]
    await api.read("users.info", user="U1")
    assert clock.slept == [2.0]
    stub.script["users.info"] = [limited(30)]
    with pytest.raises(SendLater) as caught:
        await api.read("users.info", user="U1")
    assert caught.value.after == 30.0


async def test_missing_scope_names_the_scope(api: Api, stub: Stub) -> None:
    stub.script["users.info"] = [{"ok": False, "error": "missing_scope", "needed": "users:read", "provided": "x"}]
    with pytest.raises(SendNever, match="users:read"):
        await api.read("users.info", user="U1")


async def test_pages_follow_the_cursor(api: Api, stub: Stub) -> None:
    first = {"ok": True, "n": 1, "response_metadata": {"next_cursor": "c2"}}
    stub.script["conversations.list"] = [first, {"ok": True, "n": 2, "response_metadata": {"next_cursor": ""}}]
    assert [page["n"] async for page in api.pages("conversations.list")] == [1, 2]
    assert [call.get("cursor") for call in stub.calls["conversations.list"]] == [None, "c2"]


async def test_identity_is_asked_once_and_knows_the_scopes(api: Api, stub: Stub) -> None:
    identity = await api.identity()
    assert (await api.identity()) is identity
    assert identity.team_id == "T1"
    assert identity.scopes == {"chat:write", "commands"}
    assert len(stub.calls["auth.test"]) == 1


async def test_proxy_settings_do_not_reach_a_local_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert Api("xoxb-test", "http://127.0.0.1:1/api/").client.proxy is None
    assert Api("xoxb-test", "https://slack.com/api/").client.proxy == "http://proxy.example:3128"
