"""Typing: commands complete and are sent, nothing is sent by accident, what failed is given back."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def type_line(page: Page, text: str) -> None:
    await page.locator("#channel").get_by_role("combobox").click()
    await page.keyboard.type(text)


async def test_a_begun_command_completes_and_is_sent(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    field = page.locator("#channel").get_by_role("combobox")
    await type_line(page, "/k8s lo")
    await expect(page.get_by_role("option", name="/k8s logs")).to_contain_text("show a container's log")
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("/k8s logs ")
    assert workspace.acts == []
    await page.keyboard.type("deploy/api -n shop")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("")
    sent = {"as": "dana", "wait": 3, "channel": ALERTS, "command": "/k8s logs deploy/api -n shop"}
    assert await workspace.last_act() == sent
    assert len(workspace.acts) == 1


async def test_enter_sends_what_is_written_not_what_is_offered(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await type_line(page, "/k8s lo")
    await expect(page.get_by_role("option", name="/k8s logs")).to_be_visible()
    await page.keyboard.press("Enter")
    assert (await workspace.last_act())["command"] == "/k8s lo"


async def test_enter_takes_what_was_chosen_in_the_list(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await type_line(page, "/k8s lo")
    await expect(page.get_by_role("option", name="/k8s logs")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("/k8s logs ")
    assert workspace.acts == []


async def test_a_completion_that_comes_late_replaces_nothing(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    line = "/k8s describe deploy/checkout -n shop"
    await type_line(page, "/k8s d")
    option = page.get_by_role("option", name="/k8s describe")
    await expect(option).to_be_visible()
    await page.keyboard.insert_text(line.removeprefix("/k8s d"))
    await page.keyboard.press("Enter")  # at once, before the next answer has come
    assert (await workspace.last_act())["command"] == line


async def test_a_slow_completion_of_an_earlier_text_is_not_shown(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    workspace.completing.clear()
    async with page.expect_request("**/demo/complete*"):
        await type_line(page, "/k8s l")
    await page.keyboard.type("ogs deploy/checkout")
    workspace.completing.set()
    await page.keyboard.press("Tab")  # would take what is offered
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("/k8s logs deploy/checkout")


async def test_arrows_choose_and_escape_closes(visit: Visit) -> None:
    page = await visit()
    await type_line(page, "/k8s ")
    options = page.locator("#channel").get_by_role("option")
    await expect(options).to_have_count(3)
    await expect(page.locator(".completion.active")).to_have_count(0)  # nothing is begun: Enter would send
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("/k8s ")


async def test_the_command_itself_completes_with_its_usage(visit: Visit) -> None:
    page = await visit()
    await type_line(page, "/")
    await expect(page.get_by_role("option", name="/k8s")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("/k8s ")
    await expect(page.locator("#channel .composer-hint")).to_contain_text("/k8s help | describe KIND/NAME | logs POD")


async def test_a_mention_completes(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await type_line(page, "hello @wat")
    await page.get_by_role("option", name="@Watchkeeper").click()
    await page.keyboard.type("help")
    await page.keyboard.press("Enter")
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("")
    assert (await workspace.last_act())["text"] == "hello @Watchkeeper help"


async def test_shift_enter_breaks_the_line(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await type_line(page, "one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("")
    assert (await workspace.last_act())["text"] == "one\ntwo"


async def test_what_failed_is_told_and_given_back(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.answer = lambda _act: {
        "ok": False,
        "error": "invalid_command",
        "detail": "/kubectl is not a command here",
    }
    page = await visit()
    await type_line(page, "/kubectl get pods")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral")).to_contain_text("/kubectl is not a command here")
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("/kubectl get pods")


async def test_arrow_up_brings_back_what_was_sent(visit: Visit) -> None:
    page = await visit()
    await type_line(page, "hello")
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("hello")


async def test_slash_anywhere_begins_a_command(visit: Visit) -> None:
    page = await visit()
    await page.keyboard.press("/")
    field = page.locator("#channel").get_by_role("combobox")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("/")
