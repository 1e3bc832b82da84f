"""The page's contract over HTTP: state, stream, act, complete."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.model import Json
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import QUICK


@pytest.fixture
async def browser(slack: SlackDouble) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url) as session:
        yield session


async def state(browser: aiohttp.ClientSession, who: str) -> Json:
    async with browser.get("/demo/state", params={"as": who}) as response:
        assert response.status == 200
        return dict(await response.json())


async def events(response: aiohttp.ClientResponse, count: int) -> list[Json]:
    found: list[Json] = []
    async with asyncio.timeout(5):
        while len(found) < count:
            line = (await response.content.readline()).decode()
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
    return found


async def test_the_state_is_what_one_person_may_see(
    slack: SlackDouble, web: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    slack.workspace.add_channel("secret", private=True, members={"U0DANA"})
    await web.chat_postMessage(channel="general", text="for all")
    await web.chat_postEphemeral(channel="C0GENERAL", user="U0VERA", text="for vera")
    await web.chat_postMessage(channel="U0VERA", text="direct")
    vera, dana = await state(browser, "vera"), await state(browser, "dana")
    assert vera["me"] == {
        "id": "U0VERA", "name": "vera", "real_name": "Vera Lind", "role": "viewer", "title": "Support engineer",
        "color": "2b6cb0", "may": "",
    }  # fmt: skip
    assert [each["name"] for each in vera["people"]] == ["vera", "dana", "april", "gus"]
    assert [each["name"] for each in vera["channels"]] == [
        "k8s-alerts", "shop-dev", "payments-dev", "general", "Watchkeeper",
    ]  # fmt: skip
    assert "secret" in [each["name"] for each in dana["channels"]]
    shown = [(each["text"], each.get("ephemeral", False)) for each in vera["messages"]["C0GENERAL"]]
    assert shown == [("for all", False), ("for vera", True)]
    assert [each["text"] for each in dana["messages"]["C0GENERAL"]] == ["for all"]
    assert [each["text"] for each in vera["messages"]["D0VERA"]] == ["direct"]
    assert "D0VERA" not in dana["messages"]
    assert (vera["views"], vera["home"]) == ([], None)
    assert vera["commands"][0]["command"] == "/k8s"


async def test_a_stranger_has_no_state(browser: aiohttp.ClientSession) -> None:
    for path in ("/demo/state", "/demo/stream", "/demo/state?as=mallory"):
        async with browser.get(path) as response:
            assert response.status == 400
            assert (await response.json())["ok"] is False


async def test_the_stream_goes_on_where_the_state_ended(web: AsyncWebClient, browser: aiohttp.ClientSession) -> None:
    seq = (await state(browser, "vera"))["seq"]
    ts = (await web.chat_postMessage(channel="general", text="missed"))["ts"]
    await web.chat_postEphemeral(channel="C0GENERAL", user="U0DANA", text="not for vera")
    async with browser.get("/demo/stream", params={"as": "vera", "after": seq}) as response:
        assert response.content_type == "text/event-stream"
        first = await events(response, 1)
        await web.chat_update(channel="C0GENERAL", ts=ts, text="edited")
        await web.reactions_add(channel="C0GENERAL", timestamp=ts, name="eyes")
        await web.chat_delete(channel="C0GENERAL", ts=ts)
        rest = await events(response, 3)
    assert [(each["type"], each.get("message", {}).get("text")) for each in first + rest] == [
        ("message", "missed"), ("message_changed", "edited"), ("reaction", "edited"), ("message_deleted", None),
    ]  # fmt: skip
    assert all(each["channel"] == "C0GENERAL" and each["ts"] == ts for each in first + rest)
    numbers = [each["seq"] for each in first + rest]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("after", ["999999", "", "x"])
async def test_a_stream_that_cannot_go_on_sends_the_page_back_to_the_state(
    browser: aiohttp.ClientSession, after: str
) -> None:
    async with browser.get("/demo/stream", params={"as": "vera", "after": after}) as response:
        assert response.status == 410


async def test_acting_over_http(slack: SlackDouble, browser: aiohttp.ClientSession) -> None:
    hello = {"as": "dana", "channel": "k8s-alerts", "text": "hello", "wait": 0}
    async with browser.post("/demo/act", json=hello) as response:
        assert await response.json() == {"ok": True, "seen": []}
    assert slack.in_channel("k8s-alerts")[0]["user"] == "U0DANA"
    nonsense: list[Any] = [{"as": "dana"}, {"as": "mallory", "text": "x"}, [1], {**hello, "channel": "nowhere"}]
    for body in nonsense:
        async with browser.post("/demo/act", json=body) as response:
            answer = await response.json()
            assert (response.status, answer["ok"]) == (400, False)
            assert answer["detail"]
    async with browser.post("/demo/act", data=json.dumps(hello)) as response:
        assert response.status == 400, "another site's form cannot act here"


async def test_completions_come_from_whoever_offers_them(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/demo/complete", params={"as": "vera", "channel": "general", "text": "/k8s"}) as response:
        assert await response.json() == {"completions": []}

    async def complete(name: str, channel: str, text: str) -> list[Json]:
        return [{"text": f"{text}gs ", "hint": f"{name} in {channel}"}]

    async with SlackDouble(QUICK, completer=complete) as slack, aiohttp.ClientSession(slack.url) as other:
        params = {"as": "vera", "channel": "general", "text": "/k8s lo"}
        async with other.get("/demo/complete", params=params) as response:
            expected = {"completions": [{"text": "/k8s logs ", "hint": "vera in general"}]}
            assert await response.json() == expected


async def test_thousands_of_messages_leave_the_state_small_and_quick(
    slack: SlackDouble, browser: aiohttp.ClientSession
) -> None:
    channel, author = slack.workspace.channel("C0GENERAL"), slack.workspace.author()
    for number in range(5000):
        slack.messages.post(channel, {"text": f"message {number}"}, author=author)
    began = time.process_time()
    shown = (await state(browser, "vera"))["messages"]["C0GENERAL"]
    assert time.process_time() - began < 0.5
    assert [shown[0]["text"], shown[-1]["text"], len(shown)] == ["message 4800", "message 4999", 200]


async def test_who_comes_before_it_opens_waits_at_the_door(slack: SlackDouble, browser: aiohttp.ClientSession) -> None:
    slack.page.opened.clear()
    waiting = [asyncio.create_task(state(browser, "vera")), asyncio.create_task(browser.get("/"))]
    done, _ = await asyncio.wait(waiting, timeout=0.1)
    assert not done
    slack.page.opened.set()
    seen, page = await asyncio.gather(*waiting)
    assert seen["me"]["name"] == "vera"
    page.release()


async def test_what_a_person_may_do_is_told_in_the_words_of_the_settings() -> None:
    settings = replace(QUICK, may={"vera": "may look at the namespace shop"})
    async with SlackDouble(settings) as slack, aiohttp.ClientSession(slack.url) as browser:
        told = {person["name"]: person["may"] for person in (await state(browser, "dana"))["people"]}
    assert told == {"vera": "may look at the namespace shop", "dana": "", "april": "", "gus": ""}


async def test_the_page_itself_is_served_and_never_from_an_old_cache(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert response.headers["Cache-Control"] == "no-cache"
    async with browser.get("/page/main.js") as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-cache")
        known = response.headers["ETag"]
    async with browser.get("/page/main.js", headers={"If-None-Match": known}) as response:
        assert response.status == 304
    for hidden in ("/page/__init__.py", "/page/..%2f__init__.py", "/page/nothing.js", "/page/"):
        async with browser.get(hidden) as response:
            assert response.status == 404
