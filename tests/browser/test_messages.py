"""A channel as a person lives with it: messages arrive, change, fold, hang in threads, or are seen by one alone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.scenes import (
    acknowledged,
    button,
    firing,
    night,
    post,
    pre,
    says,
    section,
    stamp,
    thread_of,
)
from tests.browser.workspace import ALERTS, RecordedWorkspace, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_new_message_arrives_and_is_told_to_a_screen_reader(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    await expect(page.locator(".empty")).to_contain_text("Quiet so far")
    workspace.post(firing(ALERTS))
    await expect(page.locator("#channel .message strong").nth(1)).to_contain_text("checkout is crashing")
    await expect(page.locator("#announcer")).to_contain_text("OOMKilled at 256 MiB, 3 of 5 pods")
    await expect(page.locator(".empty")).to_have_count(0)


async def test_an_edit_changes_the_message_in_its_place(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(post(ALERTS, 9, "above"), firing(ALERTS, 6), post(ALERTS, 3, "below"))
    page = await visit()
    await page.evaluate("document.querySelectorAll('.message').forEach(node => { node.kept = true; })")
    edited = {"user": "U0WATCH", "ts": stamp(1)}
    workspace.post(post(ALERTS, 6, "recovered", section("✅ *checkout recovered*"), edited=edited), "message_changed")
    middle = page.locator("#channel .message").nth(1)
    await expect(middle).to_contain_text("checkout recovered")
    await expect(middle.locator(".edited")).to_have_text("(edited)")
    await expect(middle.get_by_role("button", name="Undo")).to_have_count(0)
    kept = await page.locator("#channel .message").evaluate_all("all => all.map(node => Boolean(node.kept))")
    assert kept == [True, False, True]  # the neighbours were left alone


async def test_a_deleted_message_goes(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(post(ALERTS, 5, "wrong channel"))
    page = await visit()
    workspace.emit({"type": "message_deleted", "channel": ALERTS, "ts": stamp(5)})
    await expect(page.locator("#channel .message")).to_have_count(0)


async def test_a_thread_opens_beside_the_channel_and_grows(workspace: RecordedWorkspace, visit: Visit) -> None:
    root = acknowledged(ALERTS)
    workspace.add(root, *thread_of(root, (20, "first failure"), (10, "dana looks at it")))
    page = await visit()
    await expect(page.locator("#channel .message")).to_have_count(1)
    await page.get_by_role("button", name=re.compile("2 replies")).click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.locator(".message")).to_have_count(3)
    workspace.post(*thread_of(root, (1, "recovered")))
    await expect(thread.locator(".message").last).to_contain_text("recovered")
    await expect(page.get_by_role("button", name=re.compile("3 replies"))).to_be_visible()
    await thread.get_by_role("combobox").fill("thank you")
    await page.keyboard.press("Enter")
    await expect(thread.get_by_role("combobox")).to_have_value("")
    assert await workspace.last_act() | {"wait": 0} == {
        "as": "dana", "wait": 0, "channel": ALERTS, "text": "thank you", "thread_ts": root["ts"],
    }  # fmt: skip
    await page.get_by_role("button", name="Close thread").click()
    await expect(thread).to_be_hidden()


async def test_a_broadcast_reply_stands_in_the_channel_too(workspace: RecordedWorkspace, visit: Visit) -> None:
    root = acknowledged(ALERTS)
    reply = post(ALERTS, 5, "worse: 3 of 3 pods", thread_ts=root["ts"], subtype="thread_broadcast")
    workspace.add(root, reply)
    page = await visit()
    last = page.locator("#channel .message").last
    await expect(last.locator(".broadcast-note")).to_contain_text("replied to a thread")
    await last.locator(".broadcast-note button").click()
    await expect(page.locator("#thread .message")).to_have_count(2)


async def test_only_visible_to_you_can_be_dismissed(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    workspace.emit({"type": "ephemeral", "channel": ALERTS, "message": post(ALERTS, 1, "Not done")})
    line = page.locator(".message.ephemeral")
    await expect(line).to_contain_text("Only visible to you")
    await line.get_by_role("button", name="Dismiss").click()
    await expect(line).to_have_count(0)


async def test_slacks_own_notice(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    workspace.emit({"type": "notice", "channel": ALERTS, "text": "/k8s failed because the app did not respond"})
    line = page.locator(".message.ephemeral")
    await expect(line).to_contain_text("/k8s failed because the app did not respond")
    await expect(line.locator(".app-badge")).to_have_count(0)


async def test_reactions_say_who(workspace: RecordedWorkspace, visit: Visit) -> None:
    reactions = [{"name": "eyes", "users": ["U0APRIL", "U0DANA"], "count": 2}]
    workspace.add(post(ALERTS, 1, "look", reactions=reactions))
    page = await visit()
    await expect(page.get_by_role("img", name="eyes: 2 (april, dana)")).to_have_text("👀 2")


async def test_who_speaks(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(
        says(ALERTS, 3, "U0APRIL", "hello"), says(ALERTS, 2, "U0APRIL", "again"), post(ALERTS, 1, "I am a bot")
    )
    page = await visit()
    await expect(page.locator("#channel .author")).to_have_text(["April Ode", "Watchkeeper"])
    await expect(page.locator("#channel .app-badge")).to_have_text("APP")
    await expect(page.locator("#channel .byline .stamp").first).to_have_text("14:57")  # Seoul's clock


async def test_a_tall_message_folds(workspace: RecordedWorkspace, visit: Visit) -> None:
    lines = [section("\n".join(f"line {number}" for number in range(50)))]
    workspace.add(post(ALERTS, 2, "tall", *lines), post(ALERTS, 1, "log", pre("x\n" * 200)))
    page = await visit()
    more = page.get_by_role("button", name="Show more")
    await expect(more).to_have_count(1)  # a log scrolls inside its frame instead
    tall = page.locator("#channel .message").first
    before = (await tall.bounding_box() or {})["height"]
    await more.click()
    assert (await tall.bounding_box() or {})["height"] > before + 200


async def test_attachments_keep_their_bar(workspace: RecordedWorkspace, visit: Visit) -> None:
    inside = {"color": "#d1344b", "blocks": [section("beside a bar"), {"type": "actions", "elements": [button("Ack")]}]}
    workspace.add(
        post(ALERTS, 1, "with a bar", attachments=[inside, {"color": "good", "title": "Old", "text": "style"}])
    )
    page = await visit()
    bars = page.locator(".attachment-body")
    await expect(bars.first).to_have_css("border-left-color", "rgb(209, 52, 75)")
    await expect(bars.first.get_by_role("button", name="Ack")).to_be_visible()
    await expect(bars.last).to_contain_text("style")


async def test_the_reader_is_not_moved_while_looking_back(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(*(post(ALERTS, 100 - number, f"message {number}") for number in range(60)))
    page = await visit()
    scroll = page.get_by_role("log", name="Messages")
    await expect(page.get_by_text("message 59", exact=True)).to_be_in_viewport()
    await scroll.evaluate("node => { node.scrollTop = 200; }")
    workspace.post(post(ALERTS, 0, "the newest"))
    jump = page.get_by_role("button", name="Newest messages")
    await expect(jump).to_be_visible()
    assert await scroll.evaluate("node => node.scrollTop") == 200
    await jump.click()
    await expect(page.locator("#channel").get_by_text("the newest")).to_be_in_viewport()


async def test_it_comes_back_after_the_workspace_was_gone(workspace: RecordedWorkspace, visit: Visit) -> None:
    page = await visit()
    workspace.add(post(ALERTS, 1, "said meanwhile"))
    workspace.hang_up()
    await expect(page.get_by_text("Reconnecting")).to_be_visible()
    await expect(page.get_by_text("said meanwhile")).to_be_visible()
    await expect(page.get_by_text("Reconnecting")).to_be_hidden()


async def test_a_night_stands_in_order(workspace: RecordedWorkspace, visit: Visit) -> None:
    workspace.add(*night(ALERTS))
    page = await visit()
    stamps = await page.locator("#channel .message").evaluate_all("all => all.map(node => Number(node.dataset.ts))")
    assert stamps == sorted(stamps)
    assert len(stamps) == 5
