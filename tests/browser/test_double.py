"""The page against the local Slack itself, behind which a real slack-bolt app listens: nothing recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings
from tests.browser.gallery import modal
from tests.browser.scenes import actions, button, firing, section, storm

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Open = Callable[..., Awaitable[Page]]


async def _complete(who: str, channel: str, text: str) -> list[dict[str, Any]]:
    found = [f"/k8s {verb} " for verb in ("logs", "describe")]
    return [{"text": each, "hint": f"for {who} in {channel}"} for each in found if each.startswith(text)]


def build_app(client: AsyncWebClient) -> AsyncApp:
    """An app in small: a command, a button that opens a modal, a complaint, a Home tab."""
    app = AsyncApp(client=client, process_before_response=True)

    @app.command("/k8s")
    async def answer(ack: Any, command: dict[str, Any]) -> None:
        if command["text"] == "sleep":
            return  # never acknowledged
        await ack(text=f"You asked for `{command['text']}`", response_type="ephemeral")

    @app.action("undo")
    async def ask(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        view = {key: value for key, value in modal().items() if key != "id"}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("restart")
    async def submitted(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        reason = view["state"]["values"]["reason"]["text"]["value"]
        if "-" not in reason:
            await ack(response_action="errors", errors={"reason": "Name a ticket."})
            return
        await ack()
        await client.chat_postMessage(channel="C0ALERTS", text=f"<@{body['user']['id']}> restarts checkout: {reason}")

    @app.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        blocks = [section("*prod* is well"), actions(button("Silences", "silences"))]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    return app


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(DoubleSettings(ack=0.5, port=0), completer=_complete) as slack:
        yield slack


@pytest_asyncio.fixture(loop_scope="session")
async def client(slack: SlackDouble) -> AsyncIterator[AsyncWebClient]:
    """The app's own client, with the app connected."""
    client = AsyncWebClient(token=slack.settings.bot_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(build_app(client), slack.settings.app_token)
    await handler.connect_async()
    yield client
    await handler.close_async()


@pytest.fixture
def enter(page: Page, slack: SlackDouble, client: AsyncWebClient) -> Open:
    async def enter(who: str = "dana") -> Page:
        await page.goto(f"{slack.url}/?as={who}#k8s-alerts")
        await page.wait_for_selector(f"body[data-ready={who}]")
        return page

    return enter


async def post(client: AsyncWebClient, message: dict[str, Any]) -> str:
    answer = await client.chat_postMessage(channel="C0ALERTS", text=message["text"], blocks=message["blocks"])
    return str(answer["ts"])


async def test_an_alert_arrives_and_is_edited_in_place(enter: Open, client: AsyncWebClient) -> None:
    page = await enter()
    ts = await post(client, firing("C0ALERTS"))
    await post(client, storm("C0ALERTS"))
    first = page.locator("#channel .message").first
    await expect(first.get_by_role("button", name="Undo to 17 (image 1.41)")).to_be_visible()
    await client.chat_update(
        channel="C0ALERTS", ts=ts, text="✅ recovered", blocks=[section("✅ *checkout recovered*")]
    )
    await expect(first).to_contain_text("checkout recovered")
    await expect(page.locator("#channel .message")).to_have_count(2)
    await client.chat_postMessage(channel="C0ALERTS", thread_ts=ts, text="undone by <@U0DANA>")
    await page.get_by_role("button", name="1 reply").click()
    await expect(page.locator("#thread .message").last).to_contain_text("undone by @dana")


async def test_a_command_is_completed_sent_and_answered(enter: Open) -> None:
    page = await enter()
    field = page.locator("#channel").get_by_role("combobox")
    await field.click()
    await page.keyboard.type("/k8s lo")
    await expect(page.get_by_role("option", name="/k8s logs")).to_contain_text("for dana in k8s-alerts")
    await page.keyboard.press("Tab")
    await page.keyboard.type("deploy/api -n shop")
    await page.keyboard.press("Enter")
    answer = page.locator(".message.ephemeral")
    await expect(answer).to_contain_text("You asked for logs deploy/api -n shop")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.locator(".app-badge")).to_be_visible()


async def test_an_app_that_sleeps_is_told_by_slack(enter: Open) -> None:
    page = await enter()
    await page.locator("#channel").get_by_role("combobox").fill("/k8s sleep")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral")).to_contain_text("/k8s failed")


async def test_a_modal_from_a_button_to_the_answer(enter: Open, client: AsyncWebClient) -> None:
    page = await enter()
    await post(client, firing("C0ALERTS"))
    await page.get_by_role("button", name="Undo to 17 (image 1.41)").click()
    await page.get_by_role("dialog").get_by_role("button", name="Undo to 17").click()
    dialog = page.get_by_role("dialog", name="Restart checkout?")
    await dialog.get_by_label("Reason").fill("too slow")
    await dialog.get_by_role("button", name="Deployment").click()
    await page.get_by_role("option", name="Search").click()
    await dialog.get_by_role("button", name="Restart").click()
    await expect(dialog.get_by_role("alert")).to_have_text(["Name a ticket."])
    await dialog.get_by_label("Reason").fill("PAY-1123")
    await dialog.get_by_role("button", name="Restart").click()
    await expect(dialog).to_have_count(0)
    await expect(page.locator("#channel .message").last).to_contain_text("@dana restarts checkout: PAY-1123")


async def test_the_home_tab_is_published_when_it_is_opened(enter: Open) -> None:
    page = await enter("vera")
    await page.get_by_role("button", name="Watchkeeper", exact=True).click()
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("prod is well")


async def test_people_talk_and_only_the_asker_sees_the_answer(enter: Open, slack: SlackDouble) -> None:
    page = await enter("april")
    await slack.act("dana", channel="k8s-alerts", command="/k8s help")
    await slack.act("dana", channel="k8s-alerts", text="I look at it", wait=0)
    await expect(page.locator("#channel .message")).to_have_count(1)
    await expect(page.locator("#channel .author")).to_have_text("Dana Ortiz")


async def test_a_file_is_shown(enter: Open, client: AsyncWebClient) -> None:
    page = await enter()
    lines = "\n".join(f"line {number}" for number in range(40))
    await client.files_upload_v2(channel="C0ALERTS", filename="checkout.log", content=lines, title="The whole log")
    message = page.locator("#channel .message")
    await expect(message.get_by_role("link", name="Download The whole log")).to_be_visible()
    await expect(message.locator("pre")).to_contain_text("line 3")
