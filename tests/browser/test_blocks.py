"""Every block type is drawn, and in a way that a reader can use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.gallery import every_block
from tests.browser.scenes import stamp
from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def message(page: Page, minutes: float) -> Locator:
    return page.locator(f'#channel .message[data-ts="{stamp(minutes)}"]')


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gallery(browser: Browser) -> AsyncIterator[Page]:
    """One page for all, as each test looks at another message."""
    async with RecordedWorkspace() as workspace:
        workspace.add(*every_block())
        page = await browser.new_page(timezone_id="Asia/Seoul", viewport={"width": 1280, "height": 800})
        await page.goto(f"{workspace.url}/?as=dana#k8s-alerts")
        yield page
        await page.close()


async def test_nothing_is_left_undrawn(gallery: Page) -> None:
    await expect(gallery.locator("#channel .message")).to_have_count(14)
    await expect(gallery.locator(".unknown, .chart-unknown")).to_have_count(0)


async def test_header_divider_section_fields_accessory(gallery: Page) -> None:
    await expect(message(gallery, 60).get_by_role("heading")).to_have_text("A header 🔥")
    await expect(message(gallery, 60).locator("hr")).to_have_count(1)
    section = message(gallery, 59)
    await expect(section.locator(".section strong").first).to_have_text("weight")
    await expect(section.locator(".field")).to_have_text([re.compile("Image"), re.compile("Node")])
    await expect(section.get_by_role("button", name="Beside")).to_be_visible()


async def test_context_with_a_picture(gallery: Page) -> None:
    picture = message(gallery, 58).get_by_role("img", name="A face")
    assert (await picture.bounding_box() or {})["height"] == 20
    await expect(message(gallery, 58).locator("em")).to_have_text("print")


async def test_elements(gallery: Page) -> None:
    row = message(gallery, 57)
    for name in ("Plain", "Go", "Restart", "More actions"):
        await expect(row.get_by_role("button", name=name, exact=True)).to_be_visible()
    await expect(row.get_by_role("link", name="Open")).to_have_attribute("rel", "noopener noreferrer")
    await expect(row.locator("input[type=date]")).to_have_value("2026-11-21")
    await expect(row.locator("input[type=time]")).to_have_value("14:02")
    await expect(row.get_by_role("radio")).to_have_count(2)
    await expect(row.get_by_role("checkbox", name="Small")).to_be_checked()


async def test_rich_text(gallery: Page) -> None:
    rich = message(gallery, 56).locator(".rich-text")
    for tag, text in {"strong": "bold", "em": " italic", "s": " struck", "blockquote": "quoted words"}.items():
        assert await rich.locator(tag).first.text_content() == text
    await expect(rich.locator(".rt-section").first).to_contain_text("👋")
    await expect(rich.locator(".mention")).to_have_text(["@april", "#shop-dev"])
    await expect(rich.locator("ol > li")).to_have_count(2)
    await expect(rich.locator("ol > li:last-child > ul > li")).to_have_text("inner")
    assert await rich.locator("pre").text_content() == "one  two\n`back` *ticks* <b>"
    await expect(rich.locator("time")).to_have_text("2026-11-21 15:00")


async def test_markdown(gallery: Page) -> None:
    text = message(gallery, 55).locator(".markdown")
    await expect(text.get_by_role("heading")).to_have_text("Summary")
    await expect(text.locator("strong")).to_have_text("bold")
    await expect(text.locator("ol > li")).to_have_count(2)
    await expect(text.locator("ol ul li")).to_have_text("inner")
    await expect(text.locator("td")).to_have_text(["api", "0/1"])
    await expect(text.locator("pre")).to_have_text("kubectl get pods")
    await expect(text).to_contain_text("<b>not bold</b>")


async def test_table(gallery: Page) -> None:
    table = message(gallery, 54).locator("table")
    await expect(table.locator("th")).to_have_text(["NAME", "READY", "RESTARTS"])
    await expect(table.locator("td").nth(2)).to_have_css("text-align", "right")


async def test_data_table_sorts_and_turns_pages(gallery: Page) -> None:
    table = message(gallery, 53)
    await expect(table.locator("caption")).to_have_text("Pods by node")
    await expect(table.locator("tbody tr")).to_have_count(4)
    await table.get_by_role("button", name="Pods").click()
    await expect(table.locator("tbody td")).to_have_text(["2", "4", "7", "9"])
    await table.get_by_role("button", name="Next").click()
    await expect(table.locator("tbody td")).to_have_text(["12", "21", "30"])
    await table.get_by_role("button", name="Pods").click()
    await expect(table.locator("tbody td").first).to_have_text("30")


async def test_charts_say_their_message_in_words(gallery: Page) -> None:
    charts = gallery.locator(".chart svg")
    await expect(charts).to_have_count(4)
    await expect(charts.first).to_have_attribute("aria-label", re.compile("replicas from 8 to 20, at most 20"))
    await expect(message(gallery, 52).locator(".line")).to_have_count(2)
    await expect(message(gallery, 52).locator("rect.bar")).to_have_count(10)
    await expect(message(gallery, 51).locator("path.area")).to_have_count(2)
    await expect(message(gallery, 51).locator(".slice")).to_have_count(3)
    await expect(message(gallery, 51).locator(".chart-beside li").first).to_have_text("shop 12 (52 %)")


async def test_bars_are_as_tall_as_their_values(gallery: Page) -> None:
    bars = message(gallery, 52).locator("rect.bar.color-0")
    heights = [float(await bars.nth(index).get_attribute("height") or 0) for index in (0, 4)]
    assert heights[0] / heights[1] == pytest.approx(8 / 20, rel=0.01)


async def test_a_picture_opens_large(gallery: Page) -> None:
    await message(gallery, 50).get_by_role("button").first.click()
    dialog = gallery.get_by_role("dialog", name="Memory")
    await expect(dialog.get_by_role("img", name="Memory")).to_be_visible()
    await gallery.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_nothing_is_loaded_from_elsewhere(gallery: Page) -> None:
    await expect(message(gallery, 49).locator("img")).to_have_count(1)  # the app's face alone
    await expect(message(gallery, 49)).to_contain_text("From elsewhere")


async def test_a_text_file_shows_its_first_lines(gallery: Page) -> None:
    file = message(gallery, 48)
    await expect(file.get_by_role("link", name="Download checkout.log")).to_have_attribute(
        "href", "/files/checkout.txt"
    )
    await expect(file.locator("pre")).to_have_text("\n".join(f"line {number}" for number in range(1, 7)))
    await file.get_by_role("button", name="Show all 12 lines").click()
    await expect(file.locator("pre")).to_contain_text("line 12")


async def test_an_unknown_block_says_so(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add({"ts": stamp(1), "channel": ALERTS, "bot_id": "B0WATCH", "blocks": [{"type": "hologram"}]})
    page = await visit()
    await expect(page.locator(".unknown")).to_have_text('This page does not draw "hologram" blocks.')
