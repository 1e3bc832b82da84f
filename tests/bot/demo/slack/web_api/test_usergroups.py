"""User groups, disabled ones included."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.model import UserGroup
from bot.demo.slack.server import SlackDouble
from tests.bot.demo.slack.apps import refusal


async def test_disabled_groups_are_listed_only_for_those_who_ask(slack: SlackDouble, web: AsyncWebClient) -> None:
    slack.workspace.groups["S9"] = UserGroup(id="S9", handle="old", name="Old", users=("U0VERA",), date_delete=1)
    listed = (await web.usergroups_list())["usergroups"]
    assert [each["handle"] for each in listed] == ["deployers", "approvers"]
    assert "users" not in listed[0]
    everything = (await web.usergroups_list(include_disabled=True, include_users=True))["usergroups"]
    assert [(each["handle"], bool(each["date_delete"])) for each in everything][-1] == ("old", True)
    assert everything[0]["users"] == ["U0DANA", "U0APRIL"]
    assert await refusal(web.usergroups_users_list(usergroup="S9")) == "subteam_disabled"


async def test_members_of_a_group(web: AsyncWebClient) -> None:
    assert (await web.usergroups_users_list(usergroup="S0APPROVERS"))["users"] == ["U0APRIL"]
    assert await refusal(web.usergroups_users_list(usergroup="S0NOTHING")) == "no_such_subteam"
