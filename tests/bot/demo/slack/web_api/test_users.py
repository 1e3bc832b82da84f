"""Accounts of every kind, as users.info tells them apart."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.model import OTHER_TEAM_ID, TEAM_ID, User
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import refusal

KINDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"is_restricted": True}, {"is_restricted": True, "is_ultra_restricted": False}),
    ({"is_restricted": True, "is_ultra_restricted": True}, {"is_ultra_restricted": True}),
    ({"deleted": True}, {"deleted": True}),
    ({"is_bot": True}, {"is_bot": True}),
    ({"is_bot": True, "is_workflow_bot": True}, {"is_workflow_bot": True}),
    ({"team_id": OTHER_TEAM_ID, "is_stranger": True}, {"is_stranger": True, "team_id": OTHER_TEAM_ID}),
    ({"team_id": OTHER_TEAM_ID}, {"is_stranger": False, "team_id": OTHER_TEAM_ID}),
    ({"team_id": OTHER_TEAM_ID, "enterprise_id": "E1"}, {"team_id": OTHER_TEAM_ID}),
]


@pytest.mark.parametrize(("made", "told"), KINDS)
async def test_what_slack_tells_of_an_account(slack: SlackDouble, web: AsyncWebClient, made: Any, told: Any) -> None:
    slack.workspace.add_user(User(id="U1", name="x", real_name="X", **made))
    user = (await web.users_info(user="U1"))["user"]
    assert {key: user[key] for key in told} == told
    assert user.get("enterprise_user", {}).get("enterprise_id", "") == made.get("enterprise_id", "")


async def test_an_ordinary_colleague_is_told_without_flags_that_only_others_have(web: AsyncWebClient) -> None:
    user = (await web.users_info(user="U0DANA"))["user"]
    assert (user["team_id"], user["is_restricted"], user["deleted"]) == (TEAM_ID, False, False)
    assert "is_stranger" not in user
    assert "email" not in user["profile"], "needs users:read.email"


async def test_unknown_accounts_and_the_list(web: AsyncWebClient) -> None:
    assert await refusal(web.users_info(user="U0NOBODY")) == "user_not_found"
    assert await refusal(web.api_call("users.info", params={})) == "invalid_arguments"
    first = await web.users_list(limit=3)
    assert len(first["members"]) == 3
    assert first["response_metadata"]["next_cursor"]
    assert await refusal(web.users_lookupByEmail(email="x@example.com")) == "missing_scope"
