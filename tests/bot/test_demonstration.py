"""The demo in one process: what it promises of its people, its completions and its crash holds in the real policy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.errors import SetupError
from bot.demo.slack.model import SlackError
from bot.demonstration import MAY, Demo, demo
from tests.e2e.stage import roots, until


@pytest.fixture
async def made() -> AsyncIterator[Demo]:
    async with demo() as made:
        yield made


async def texts(made: Demo, who: str, text: str) -> list[str]:
    return [one["text"] for one in await made.complete(who, "k8s-alerts", text)]


async def ask(made: Demo, who: str, line: str) -> str:
    """The answer's words, without the alert that may arrive at the same time."""
    seen = (await made.slack.act(who, channel="general", command=line, wait=10))["seen"]
    return str([one for one in seen if one.get("ephemeral")])


async def test_checkout_crashes_and_is_told_in_the_alerts_channel(made: Demo) -> None:
    await until(lambda: roots(made.slack, "checkout"), 30, "the crash is told")
    [message] = roots(made.slack, "checkout")
    assert "OOMKilled at 256 MiB" in message["text"]


async def test_completions_are_what_this_person_may_ask(made: Demo) -> None:
    assert await texts(made, "vera", "/") == ["/k8s "]
    assert await texts(made, "vera", "/k8s l") == ["/k8s logs "]
    assert "/k8s logs deploy/checkout " in await texts(made, "vera", "/k8s logs deploy/")
    assert not [text for text in await texts(made, "vera", "/k8s logs deploy/") if "ledger" in text]
    assert "/k8s logs deploy/ledger -n payments " in await texts(made, "dana", "/k8s logs deploy/")
    assert await texts(made, "gus", "/k8s l") == []
    assert await texts(made, "vera", "hello") == []
    with pytest.raises(SlackError):
        await made.complete("mallory", "k8s-alerts", "/")


@pytest.mark.parametrize(
    ("who", "shop", "payments"),
    [("vera", True, False), ("dana", True, True), ("april", True, True), ("gus", False, False)],
)
async def test_what_the_page_says_a_person_may_is_so(made: Demo, who: str, shop: bool, payments: bool) -> None:
    for name, namespace, allowed in (("api", "shop", shop), ("ledger", "payments", payments)):
        answer = await ask(made, who, f"/k8s describe deploy/{name} -n {namespace}")
        assert ("Not done" not in answer) is allowed
        if not allowed:
            assert "Ask @approvers" in answer
    words = "every namespace" if payments else "the namespace shop" if shop else "refused"
    assert words in MAY[who]


async def test_before_the_bot_is_there_nothing_is_completed(made: Demo) -> None:
    early = Demo(made.slack, made.kube)
    assert await early.complete("vera", "k8s-alerts", "/k8s l") == []


async def test_a_port_that_is_taken_is_told(made: Demo) -> None:
    port = int(made.slack.url.rpartition(":")[2])
    with pytest.raises(SetupError, match=f"port {port} of 127.0.0.1 cannot be used"):
        async with demo(port):
            pass


async def test_it_opens_when_the_bot_is_there_to_answer() -> None:
    async with demo() as made:
        assert made.slack.page.opened.is_set()
        assert made.app is not None
        assert made.app.health.problems() == []


async def test_nothing_of_it_stays_behind() -> None:
    tasks = asyncio.all_tasks()
    async with demo() as made:
        assert made.app is not None
        folder = Path(made.app.config.store.sqlite).parent
        assert folder.exists()
    await until(lambda: not asyncio.all_tasks() - tasks, 5, "every task has ended")
    assert not folder.exists()
