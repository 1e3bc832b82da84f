"""Who and what is there, and by which name it is found."""

from __future__ import annotations

import pytest

from bot.demo.slack.model import BOT_USER_ID, OTHER_TEAM_ID, Clock, SlackError, User
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.workspace import Workspace


def new() -> Workspace:
    return Workspace(DoubleSettings(), Clock())


def test_everybody_of_the_demo_is_there_in_every_channel() -> None:
    workspace = new()
    assert {user.name: user.role for user in workspace.users.values() if user.role} == {
        "vera": "viewer", "dana": "deployer", "april": "approver", "gus": "guest",
    }  # fmt: skip
    assert [user.name for user in workspace.users.values() if user.is_restricted] == ["gus"]
    for name in ("vera", "U0DANA", "@april", "Gus"):
        user = workspace.user(name)
        seen = [channel.name or channel.kind for channel in workspace.seen_by(user.id)]
        assert seen == ["k8s-alerts", "shop-dev", "payments-dev", "general", "im"]
    with pytest.raises(SlackError, match="user_not_found"):
        workspace.user("mallory")


def test_names_are_for_posting_and_ids_for_everything() -> None:
    workspace = new()
    assert workspace.channel("#general", by_name=True).id == "C0GENERAL"
    assert workspace.channel("U0VERA", by_name=True).kind == "im"
    for wanted, by_name in (("#general", False), ("nowhere", True), ("", True), (BOT_USER_ID, True)):
        with pytest.raises(SlackError, match="channel_not_found"):
            workspace.channel(wanted, by_name=by_name)


def test_a_private_channel_without_the_bot_does_not_exist_for_it() -> None:
    workspace = new()
    secret = workspace.add_channel("secret", private=True, members={"U0DANA"})
    with pytest.raises(SlackError, match="channel_not_found"):
        workspace.channel(secret.id)
    secret.members.add(BOT_USER_ID)
    assert workspace.channel(secret.id) is secret


def test_externals_join_no_channel_by_themselves() -> None:
    workspace = new()
    workspace.add_user(User(id="U9", name="ext", real_name="Ext", team_id=OTHER_TEAM_ID))
    assert workspace.seen_by("U9") == []
