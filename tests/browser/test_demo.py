"""The demo as a visitor meets it: ``watchkeeper demo`` in a process of its own, used in a real browser.

Every test is somebody with the README in hand; the crash, the answers and the refusals are the real bot's.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Open = Callable[..., Awaitable[Page]]
WITHIN = 60_000.0  # milliseconds: what the README promises
ANSWER = 15_000.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """The process and its page."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.began = time.time()

    async def act(self, **body: Any) -> dict[str, Any]:
        async with aiohttp.ClientSession() as session, session.post(f"{self.url}/demo/act", json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def up(self) -> None:
        async with asyncio.timeout(30), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(self.url):
                        return
                except aiohttp.ClientConnectionError:
                    assert self.process.returncode is None, "the demo ended"
                    await asyncio.sleep(0.1)


async def start() -> Demo:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "WATCHKEEPER_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", str(port), env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    demo = Demo(process, port)
    await demo.up()
    return demo


async def stop(demo: Demo) -> int:
    demo.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        await demo.process.communicate()
    return int(demo.process.returncode or 0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    demo = await start()
    yield demo
    assert await stop(demo) == 0


@pytest.fixture
def enter(page: Page, demo: Demo) -> Open:
    async def enter(who: str) -> Page:
        await page.goto(f"{demo.url}/?as={who}#k8s-alerts")
        await page.wait_for_selector(f"body[data-ready={who}]")
        return page

    return enter


def alert(page: Page) -> Locator:
    headline = re.compile("checkout (is crashing|crashed): OOMKilled at its 256 MiB limit")
    return page.locator("#channel .message").filter(has_text=headline).first


def answers(page: Page) -> Locator:
    """What only this person sees."""
    return page.locator("#channel .message.ephemeral")


async def ask(page: Page, line: str) -> None:
    field = page.locator("#channel").get_by_role("combobox")
    await field.click()
    await page.keyboard.type(line)
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("")


async def test_the_crash_is_told_within_a_minute_with_cause_change_and_log(enter: Open, demo: Demo) -> None:
    page = await enter("dana")
    await expect(alert(page)).to_be_visible(timeout=WITHIN)
    await expect(alert(page)).to_contain_text("prod / shop · deploy/checkout", timeout=ANSWER)
    await expect(alert(page)).to_contain_text("image 1.41.0 → 1.42.0, memory limit and request 512 MiB → 256 MiB")
    await expect(alert(page).locator("pre")).to_contain_text("allocation of 8.4 MiB for shard 0x5b, heap 251 MiB")
    assert float(await alert(page).get_attribute("data-ts") or "inf") - demo.began < 60
    await expect(page.locator("#channel .message").filter(has_text="OOMKilled")).to_have_count(1)


async def test_the_buttons_answer_the_presser_alone(enter: Open) -> None:
    page = await enter("april")
    await expect(alert(page)).to_be_visible(timeout=WITHIN)
    await alert(page).get_by_role("button", name="Logs").click()
    log = answers(page).filter(has_text="loading catalogue")
    await expect(log.locator("pre")).to_contain_text("checkout 1.42.0 starting", timeout=ANSWER)
    await expect(log).to_contain_text("Only visible to you")
    await alert(page).get_by_role("button", name="Describe").click()
    described = answers(page).filter(has_text="deploy/checkout in prod / shop")
    await expect(described).to_contain_text("Revisions", timeout=ANSWER)
    await expect(described).to_contain_text("checkout:1.41.0")
    other = await enter("dana")
    await expect(alert(other)).to_be_visible()
    await expect(answers(other).filter(has_text="deploy/checkout in prod / shop")).to_have_count(0)


async def test_a_command_completes_names_of_the_shop_and_answers(enter: Open) -> None:
    page = await enter("vera")
    field = page.locator("#channel").get_by_role("combobox")
    await field.click()
    await page.keyboard.type("/k8s logs deploy/")
    offered = page.locator("#channel").get_by_role("option")
    await expect(offered.filter(has_text="deploy/checkout")).to_be_visible()
    await expect(offered.filter(has_text="deploy/search")).to_be_visible()
    await expect(offered.filter(has_text="ledger")).to_have_count(0)  # of payments, where she may not look
    await page.keyboard.type("a")
    await expect(offered).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("/k8s logs deploy/api ")
    await page.keyboard.press("Enter")
    await expect(answers(page).filter(has_text="container api").locator("pre")).to_contain_text("INFO", timeout=ANSWER)


async def test_a_whole_line_typed_at_once_is_sent_as_it_is(enter: Open) -> None:
    page = await enter("dana")
    await ask(page, "/k8s describe deploy/ledger -n payments")
    await expect(answers(page).filter(has_text="deploy/ledger in prod / payments").last).to_be_visible(timeout=ANSWER)


async def test_secrets_in_a_log_are_taken_out(enter: Open) -> None:
    page = await enter("dana")
    await ask(page, "/k8s logs deploy/api -n shop --grep WARN")
    answer = answers(page).filter(has_text="container api").last
    await expect(answer).to_be_visible(timeout=ANSWER)
    shown = await page.locator("#channel").inner_text()
    assert "hunter2" not in shown
    assert "eyJhbGciOiJIUzI1NiJ9" not in shown


async def test_a_guest_is_refused_with_the_reason_and_whom_to_ask(enter: Open) -> None:
    page = await enter("gus")
    await ask(page, "/k8s logs deploy/checkout -n shop")
    answer = answers(page).last
    await expect(answer).to_contain_text("guests may not use Watchkeeper, only full members", timeout=ANSWER)
    await expect(answer).to_contain_text("Ask @approvers")
    await expect(answer.locator("pre")).to_have_count(0)


async def test_a_viewer_is_refused_where_their_role_ends(enter: Open) -> None:
    page = await enter("vera")
    await ask(page, "/k8s logs deploy/ledger -n payments")
    answer = answers(page).filter(has_text="payments").last
    told = "Not done: vera may not use logs on deploy/ledger in namespace payments of prod. Role viewer covers shop."
    await expect(answer).to_contain_text(told, timeout=ANSWER)
    await expect(answer).to_contain_text("Ask @approvers")
    await expect(answer).to_contain_text("viewer (bindings[0])")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/k8s", "What dana may ask here"),
        ("/k8s help", "for example"),
        ("/k8s help logs", "--previous"),
        ("/k8s lgos", "Did you mean logs?"),
        ("/k8s logs deploy/chekout -n shop", "there is no deploy/chekout in prod / shop"),
        ("@Watchkeeper help", "What dana may ask here"),
    ],
)
async def test_whatever_a_newcomer_tries_is_answered(enter: Open, said: str, told: str) -> None:
    page = await enter("dana")
    before = await answers(page).count()
    await ask(page, said)
    await expect(answers(page)).to_have_count(before + 1, timeout=ANSWER)
    await expect(answers(page).last).to_contain_text(told)


async def test_a_direct_message_is_answered(demo: Demo) -> None:
    answer = await demo.act(**{"as": "april", "channel": "D0APRIL", "text": "help", "wait": 10})
    assert answer["ok"]
    assert "What april may ask here" in str(answer["seen"])


async def test_the_home_tab_tells_what_this_person_may_do(demo: Demo) -> None:
    for who, told in (("vera", "shop (viewer)"), ("april", "all namespaces (deployer)"), ("gus", "guests may not")):
        answer = await demo.act(**{"as": who, "home": True, "wait": 10})
        assert told in str(answer["seen"])


async def test_the_page_says_truly_what_each_person_may(enter: Open) -> None:
    page = await enter("vera")
    persona = page.get_by_role("button", name=re.compile("You are vera"))
    await expect(persona).to_contain_text("viewer: may look at the namespace shop")
    await persona.click()
    people = page.get_by_role("option")
    await expect(people.filter(has_text="Gus Weber")).to_contain_text("refused")
    await expect(people.filter(has_text="Dana Ortiz")).to_contain_text("may look at every namespace")


async def test_the_alert_fits_a_phone(enter: Open, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await enter("april")
    await expect(alert(page)).to_be_visible(timeout=WITHIN)
    await expect(alert(page).get_by_role("button", name="Logs")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    box = await alert(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


async def test_acting_over_http_answers_what_is_seen(demo: Demo) -> None:
    command = {"as": "dana", "channel": "k8s-alerts", "command": "/k8s logs deploy/api -n shop", "wait": 10}
    answer = await demo.act(**command)
    assert answer["ok"]
    [message] = [one for one in answer["seen"] if one.get("ephemeral")]
    assert "prod / shop / api-" in message["text"]
    assert message["blocks"]


async def test_it_stops_within_seconds_and_well() -> None:
    demo = await start()
    began = time.monotonic()
    assert await stop(demo) == 0
    assert time.monotonic() - began < 8
