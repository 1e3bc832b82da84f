"""Who one is and where: the choice of a person, unread channels, the address."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.scenes import post
from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_being_somebody_else(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit("dana")
    await page.get_by_role("button", name="You are dana, deployer").click()
    choice = page.get_by_role("option")
    await expect(choice).to_have_count(4)
    await expect(page.get_by_role("option", name="Vera")).to_contain_text("may look, and change nothing")
    await page.get_by_role("option", name="April").click()
    await expect(page.get_by_role("button", name="You are april, approver")).to_be_visible()
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_attribute(
        "placeholder", "Message #k8s-alerts as april"
    )
    assert "as=april" in page.url
    await page.locator("#channel").get_by_role("combobox").fill("approved")
    await page.keyboard.press("Enter")
    await expect(page.locator("#channel").get_by_role("combobox")).to_have_value("")
    assert (await workspace.last_act())["as"] == "april"
    await page.reload()
    await expect(page.get_by_role("button", name="You are april, approver")).to_be_visible()


async def test_unread_channels_stand_out_until_they_are_opened(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    workspace.post(post("C0SHOP", 1, "something new"))
    entry = page.get_by_role("button", name="shop-dev, 1 unread")
    await expect(entry).to_be_visible()
    await expect(page).to_have_title("(1) Watchkeeper demo workspace")
    await entry.click()
    await expect(page.locator("#channel .new-line")).to_be_visible()
    await expect(page.locator("#channel .message")).to_contain_text("something new")
    await expect(page.get_by_role("button", name="shop-dev", exact=True)).to_have_attribute("aria-current", "page")
    await expect(page).to_have_title("Watchkeeper demo workspace")


async def test_the_address_leads_to_a_channel_and_back(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(post(ALERTS, 1, "see <#C0PAY>"))
    page = await visit("vera", "k8s-alerts")
    await page.get_by_role("link", name="#payments-dev").click()
    await expect(page.get_by_role("heading", name="payments-dev")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="k8s-alerts")).to_be_visible()
    assert re.search(r"as=vera#k8s-alerts$", page.url)


async def test_each_message_of_another_channel_stays_there(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit("dana", "shop-dev")
    workspace.post(post(ALERTS, 1, "for the alerts alone"))
    await expect(page.get_by_role("button", name="k8s-alerts, 1 unread")).to_be_visible()
    await expect(page.locator("#channel .message")).to_have_count(0)
