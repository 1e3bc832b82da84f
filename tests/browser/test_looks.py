"""A phone's width and the dark: nothing overflows, everything can be hit and read."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.gallery import every_block, modal
from tests.browser.scenes import answer, night, post, pre
from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=["light", "dark"])
def context_options(request: pytest.FixtureRequest) -> dict[str, object]:
    return {"viewport": PHONE, "timezone_id": "Asia/Seoul", "color_scheme": request.param, "has_touch": True}


async def overflowing(page: Page) -> list[str]:
    """What is wider than the screen, though it may scroll inside itself."""
    return await page.evaluate(
        """() => {
          const inside = (node) => node.closest('.pre, .table-scroll');
          const wide = [...document.querySelectorAll('body *')].filter((node) =>
            node.getBoundingClientRect().right > window.innerWidth + 0.5 && node.offsetParent
            && (!inside(node) || inside(node) === node));
          const page = document.scrollingElement.scrollWidth > window.innerWidth ? ['the page'] : [];
          return [...page, ...wide.map((node) => `${node.tagName}.${node.className}`)];
        }"""
    )


async def test_nothing_overflows_a_phone(workspace: RecordedWorkspace, visit: Visit) -> None:
    long = "checkout-6d5f7c9b8-" + "x" * 200
    workspace.add(*every_block(), *night(ALERTS), answer(ALERTS), post(ALERTS, 1, f"{long} `{long}`", pre(long)))
    workspace.messages[ALERTS][-1]["blocks"].append(
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{long}*"}}
    )
    page = await visit()
    await expect(page.locator("#channel .message")).not_to_have_count(0)
    assert await overflowing(page) == []
    assert await page.get_by_role("log").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert await page.locator(".pre").last.evaluate("node => node.scrollWidth > node.clientWidth")


async def test_one_pane_at_a_time(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(*night(ALERTS))
    page = await visit()
    await expect(page.locator("#sidebar")).to_be_hidden()
    await page.get_by_role("button", name=re.compile("2 replies")).click()
    await expect(page.locator("#thread")).to_be_visible()
    await expect(page.locator("#channel")).to_be_hidden()
    await page.get_by_role("button", name="Back to the channel").click()
    await page.get_by_role("button", name="Channels").click()
    await expect(page.locator("#sidebar")).to_be_visible()
    await expect(page.locator("#channel")).to_be_hidden()
    assert await overflowing(page) == []
    await page.get_by_role("button", name="shop-dev").click()
    await expect(page.get_by_role("heading", name="shop-dev")).to_be_visible()


async def test_targets_are_large_enough_for_a_thumb(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(*night(ALERTS))
    page = await visit()
    heights = await page.locator("#channel .actions :is(button, a)").evaluate_all(
        "all => all.map(node => node.getBoundingClientRect().height)"
    )
    assert len(heights) > 8
    assert min(heights) >= 44


async def test_a_modal_and_its_menu_fill_the_phone(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.views = [modal()]
    page = await visit()
    dialog = page.get_by_role("dialog", name="Restart checkout?")
    assert await dialog.bounding_box() == {"x": 0, "y": 0, **PHONE}
    await dialog.get_by_role("button", name="Deployment").click()
    panel = await page.locator(".menu-panel").bounding_box() or {}
    assert panel["width"] == PHONE["width"]
    assert panel["y"] + panel["height"] == PHONE["height"]
    await page.get_by_role("option", name="Search").click()
    await expect(dialog.get_by_role("button", name="Deployment: Search")).to_be_visible()
    assert await overflowing(page) == []


CONTRAST = """(selector) => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll(selector)].filter((node) => node.offsetParent).map((node) => {
    const pair = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((one, other) => other - one);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  });
}"""

READ = (
    "#channel :is(.text, .context, .pre, .button, .select, .stamp, .author, .mention, .content a, code, .latest,"
    " .composer-hint, .app-badge, .ephemeral-note, .edited, .thread-summary strong)"
)


async def test_everything_can_be_read(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(*night(ALERTS), answer(ALERTS))
    page = await visit()
    contrasts = await page.evaluate(CONTRAST, READ)
    assert len(contrasts) > 40
    assert min(contrasts) >= 4.5  # WCAG AA


async def test_the_dark_is_dark(workspace: RecordedWorkspace, visit: Visit, context_options: dict[str, object]) -> None:
    page = await visit()
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == {"dark": "rgb(23, 28, 33)", "light": "rgb(255, 255, 255)"}[str(context_options["color_scheme"])]
