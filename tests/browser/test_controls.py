"""Buttons, menus and modals do what they say, once, and ask first where the app wants it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.gallery import elements, modal, option, plain
from tests.browser.scenes import actions, button, firing, post, section, stamp
from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_button_acts_at_once(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(firing(ALERTS))
    page = await visit()
    await page.get_by_role("button", name="Logs").click()
    await expect(page.locator(".busy")).to_have_count(0)
    assert workspace.acts == [
        {"as": "dana", "wait": 3, "channel": ALERTS, "message": stamp(6), "button": "logs", "block_id": "actions"}
    ]


async def test_a_dangerous_button_asks_first(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(firing(ALERTS))
    page = await visit()
    undo = page.get_by_role("button", name="Undo to 17 (image 1.41)")
    await undo.click()
    dialog = page.get_by_role("dialog", name="Undo checkout to 17?")
    await expect(dialog).to_contain_text("5 pods get image 1.41 again")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    await expect(undo).to_be_focused()
    assert workspace.acts == []
    await undo.click()
    await dialog.get_by_role("button", name="Undo to 17").click()
    await expect(dialog).to_have_count(0)
    assert (await workspace.last_act())["button"] == "undo"
    assert len(workspace.acts) == 1


async def test_escape_means_no(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(firing(ALERTS))
    page = await visit()
    await page.get_by_role("button", name="Undo to 17 (image 1.41)").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert workspace.acts == []


async def test_a_refused_press_is_told(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(firing(ALERTS))
    workspace.answer = lambda _act: {"ok": False, "error": "operation_timeout"}
    page = await visit()
    await page.get_by_role("button", name="Logs").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("did not answer within three seconds")


async def test_menus(workspace: RecordedWorkspace, visit: Visit) -> None:
    def answer(act: dict[str, Any]) -> dict[str, Any]:
        query = act.get("options", {}).get("query")
        found = [option(name) for name in ("api-1", "api-2", "web-1") if query is not None and name.startswith(query)]
        return {"ok": True, "seen": [], "options": found}

    workspace.add(post(ALERTS, 1, "elements", elements()))
    workspace.answer = answer
    page = await visit()

    await page.get_by_role("button", name="Snooze").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Snooze: 2 h")).to_be_focused()

    await page.get_by_role("button", name="Pod").click()
    await expect(page.get_by_role("option")).to_have_count(3)
    await page.keyboard.type("api")
    await expect(page.get_by_role("option")).to_have_text(["api-1", "api-2"])
    await page.get_by_role("option", name="api-2").click()

    await page.get_by_role("button", name="Kinds").click()
    await page.get_by_role("option", name="Small").click()
    await page.get_by_role("option", name="Large").click()
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("option", name="Mute").click()
    await page.get_by_role("radio", name="Large").check()
    await expect(page.locator(".busy")).to_have_count(0)
    done = [(act["button"], act.get("value")) for act in workspace.acts if "button" in act]
    assert done == [
        ("snooze", "2 h"),
        ("pods", "api-2"),
        ("many", ["small", "large"]),
        ("rest", "mute"),
        ("size", "large"),
    ]


async def ask(page: Page, workspace: RecordedWorkspace, **more: object) -> None:
    workspace.views = [modal(**more)]
    workspace.emit({"type": "view", "view": modal(**more)})
    await expect(page.get_by_role("dialog", name="Restart checkout?")).to_be_visible()


async def test_a_modal_keeps_asking_until_it_is_right(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await ask(page, workspace)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    await dialog.get_by_role("button", name="Restart").click()
    await expect(dialog.get_by_role("alert")).to_have_count(2)  # reason and deployment; pods are optional
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    assert workspace.acts == []

    await dialog.get_by_label("Reason").fill("too slow")
    await dialog.get_by_role("button", name="Deployment").click()
    await page.get_by_role("option", name="Checkout").click()
    workspace.answer = lambda _act: {"ok": True, "seen": [], "errors": {"reason": "Name a ticket."}}
    await dialog.get_by_role("button", name="Restart").click()
    await expect(dialog.get_by_role("alert")).to_have_text(["Name a ticket."])
    await expect(dialog.get_by_label("Reason")).to_have_value("too slow")
    assert workspace.acts[-1]["submit"] == {"reason": {"text": "too slow"}, "target": {"pick": "checkout"}}

    workspace.answer = lambda _act: {"ok": True, "seen": []}
    await dialog.get_by_label("Reason").fill("PAY-1123")
    await dialog.get_by_label("Pods").fill("2")
    await dialog.get_by_label("Pods").press("Enter")
    await expect(page.locator(".busy")).to_have_count(0)
    workspace.emit({"type": "view_closed", "view": {"id": "V0ASK"}})
    await expect(dialog).to_have_count(0)
    assert workspace.acts[-1]["submit"]["reason"] == {"text": "PAY-1123"}
    assert workspace.acts[-1]["submit"]["pods"] == {"count": "2"}


async def test_an_update_of_a_modal_keeps_what_was_typed(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await ask(page, workspace)
    await page.get_by_label("Reason").fill("half a sen")
    changed = modal()
    changed["blocks"][0] = section("6 pods by now")
    workspace.emit({"type": "view", "view": changed})
    await expect(page.get_by_role("dialog")).to_contain_text("6 pods by now")
    await expect(page.get_by_label("Reason")).to_have_value("half a sen")
    await expect(page.get_by_label("Reason")).to_be_focused()


async def test_a_pushed_modal_lies_on_top(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await ask(page, workspace)
    second = {"id": "V0TWO", "type": "modal", "title": plain("Really?"), "blocks": [section("It is Friday.")]}
    workspace.emit({"type": "view", "view": second})
    await expect(page.get_by_role("dialog", name="Really?")).to_contain_text("It is Friday.")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Restart checkout?")).to_be_visible()
    closed = await workspace.last_act()
    assert (closed["view"], closed["close"]) == ("V0TWO", True)


async def test_the_keyboard_stays_in_a_modal(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await ask(page, workspace)
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("Boolean(document.activeElement.closest('dialog'))")


async def test_the_home_tab(workspace: RecordedWorkspace, visit: Visit) -> None:
    row = actions(button("Silences", "silences"))
    workspace.home = {"id": "V0HOME", "type": "home", "blocks": [section("*prod* is well"), row]}
    page = await visit()
    await page.get_by_role("button", name="Watchkeeper", exact=True).click()
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("prod is well")
    await page.get_by_role("button", name="Silences").click()
    await expect(page.locator(".busy")).to_have_count(0)
    assert [act.get("button") for act in workspace.acts if act.get("home")] == [None, "silences"]
    workspace.emit({"type": "home", "view": {**workspace.home, "blocks": [section("*prod* is ill")]}})
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("prod is ill")
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_text("Nothing yet between you and the app.")).to_be_visible()


async def test_a_shortcut_on_a_message(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(firing(ALERTS))
    page = await visit()
    await page.locator("#channel .message").hover()
    await page.get_by_role("button", name="Message shortcuts").click()
    async with page.expect_response("**/demo/act"):
        await page.get_by_role("option", name="Explain this").click()
    assert [(act["message"], act["shortcut"]) for act in workspace.acts] == [(stamp(6), "explain")]


async def test_a_refusal_is_seen_where_no_channel_shows_it(workspace: RecordedWorkspace, visit: Visit) -> None:
    row = actions(button("Silences", "silences"))
    workspace.home = {"id": "V0HOME", "type": "home", "blocks": [row]}
    page = await visit(channel="watchkeeper")
    workspace.answer = lambda _act: {"ok": False, "error": "dispatch_failed"}
    await page.get_by_role("button", name="Silences").click()
    await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    await ask(page, workspace)
    workspace.emit({"type": "notice", "channel": None, "text": "We had some trouble connecting. Try again?"})
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("trouble connecting")
