"""Modals and Home tabs over the Web API: triggers, stacks, hashes."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import refusal

TITLE = {"type": "plain_text", "text": "Title"}
MODAL: dict[str, Any] = {"type": "modal", "title": TITLE, "blocks": [{"type": "divider"}]}
HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}


async def test_a_trigger_opens_one_modal_within_three_seconds(slack: SlackDouble, web: AsyncWebClient) -> None:
    trigger = slack.state.tickets.trigger("U0DANA")
    assert (await web.views_open(trigger_id=trigger, view=MODAL))["view"]["id"]
    assert await refusal(web.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    late = slack.state.tickets.trigger("U0DANA")
    slack.clock.advance(3.1)
    assert await refusal(web.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
    assert await refusal(web.views_open(trigger_id="made up", view=MODAL)) == "invalid_trigger_id"


async def test_modals_stack_three_deep(slack: SlackDouble, web: AsyncWebClient) -> None:
    async def push() -> Any:
        return await web.views_push(trigger_id=slack.state.tickets.trigger("U0DANA"), view=MODAL)

    root = (await web.views_open(trigger_id=slack.state.tickets.trigger("U0DANA"), view=MODAL))["view"]
    second = (await push())["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (root["id"], root["id"])
    await push()
    assert await refusal(push()) == "push_limit_reached"


async def test_an_update_with_an_old_hash_is_a_conflict(slack: SlackDouble, web: AsyncWebClient) -> None:
    view = (await web.views_open(trigger_id=slack.state.tickets.trigger("U0DANA"), view=MODAL))["view"]
    newer = (await web.views_update(view_id=view["id"], hash=view["hash"], view=MODAL))["view"]
    assert newer["hash"] != view["hash"]
    assert await refusal(web.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)) == "hash_conflict"
    assert await refusal(web.views_update(view_id="V0", view=MODAL)) == "not_found"


async def test_a_home_tab_is_published_per_person(slack: SlackDouble, web: AsyncWebClient) -> None:
    first = (await web.views_publish(user_id="U0VERA", view=HOME))["view"]
    second = (await web.views_publish(user_id="U0VERA", view=HOME, hash=first["hash"]))["view"]
    assert first["id"] == second["id"]
    assert await refusal(web.views_publish(user_id="U0VERA", view=HOME, hash=first["hash"])) == "hash_conflict"
    assert await refusal(web.views_publish(user_id="U0NOBODY", view=HOME)) == "user_not_found"
    assert await refusal(web.views_publish(user_id="U0VERA", view=MODAL)) == "invalid_arguments"
    assert "U0DANA" not in slack.views.homes


async def test_a_view_that_is_wrong_says_where(slack: SlackDouble, web: AsyncWebClient) -> None:
    wrong = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    trigger = slack.state.tickets.trigger("U0DANA")
    assert await refusal(web.views_open(trigger_id=trigger, view=wrong)) == "invalid_arguments"
