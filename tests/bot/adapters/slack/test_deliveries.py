"""What Slack sends becomes a Request, with an id that a redelivery shares and a second press does not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.slack.deliveries import from_action, from_command, from_direct, from_home, from_mention, from_shortcut
from bot.core.ports import Posted
from commands.model import Actor, Request
from tests.bot.adapters.slack.payloads import command, direct, home, mention, press


def test_a_command() -> None:
    made = from_command(command("logs deploy/api", response_url="https://r", enterprise_id="E1"), 9.0)
    assert made.response_url == "https://r"
    assert made.request == Request(
        id="slash:1.2.abc",
        actor=Actor("T1", "U0DANA", "E1"),
        channel="C0000001",
        source="slash",
        text="logs deploy/api",
        channel_name="k8s-alerts",
        received_at=9.0,
    )


def test_the_same_delivery_has_the_same_id_and_another_has_not() -> None:
    assert from_command(command(), 1).request.id == from_command(command(), 2).request.id
    assert from_command(command(), 1).request.id != from_command(command(trigger="9.9.x"), 1).request.id
    without = {key: value for key, value in command().items() if key != "trigger_id"}
    assert from_command(dict(without), 1).request.id == from_command(dict(without), 2).request.id
    assert from_command(without, 1).request.id != from_command({**without, "text": "other"}, 1).request.id


def test_a_button() -> None:
    made = from_action(press(), 9.0)
    assert made is not None
    assert made.request.button == "f" * 24
    assert made.request.message == Posted("C0000001", "100.1")
    assert made.request.id == "button:3.4.def"
    assert not made.ephemeral


def test_a_menu_entry() -> None:
    action = {"action_id": "wk.menu.2", "selected_option": {"value": "e" * 24}}
    made = from_action(press(actions=[action]), 9.0)
    assert made is not None
    assert made.request.button == "e" * 24


@pytest.mark.parametrize(
    "body",
    [press(action_id="wk.link.1"), press(action_id="other.app"), press(value=""), press(actions=[])],
)
def test_presses_that_are_not_commands(body: dict[str, Any]) -> None:
    assert from_action(body, 9.0) is None


def test_the_actor_of_a_button_belongs_to_their_own_team_not_to_the_channels() -> None:
    made = from_action(press(user={"id": "U0EVE", "team_id": "T9"}), 9.0)
    assert made is not None
    assert made.request.actor == Actor("T9", "U0EVE")


def test_a_button_on_the_home_tab_has_no_channel() -> None:
    body = press(container={"type": "view", "view_id": "V1"})
    del body["channel"], body["message"]
    made = from_action(body, 9.0)
    assert made is not None
    assert (made.request.channel, made.request.message) == ("", None)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("<@UBOT> logs deploy/api", "logs deploy/api"),
        ("<@UBOT|watchkeeper>   help", "help"),
        ("please <@UBOT> describe pod/x <@U9>", "describe pod/x <@U9>"),
        ("<@UBOT>", ""),
    ],
)
def test_a_mention(said: str, text: str) -> None:
    made = from_mention(mention(said, thread_ts="1.0"), "UBOT", 9.0)
    assert made is not None
    assert (made.request.text, made.request.id, made.thread) == (text, "event:Ev1", "1.0")


def test_a_mention_by_a_bot_is_nobodys_request() -> None:
    assert from_mention(mention("<@UBOT> help", bot_id="B9"), "UBOT", 9.0) is None
    assert from_mention(mention("<@UBOT> help", user=None), "UBOT", 9.0) is None


def test_a_direct_message_is_read_as_a_command() -> None:
    made = from_direct(direct("logs deploy/api"), "UBOT", 9.0)
    assert made is not None
    assert (made.request.text, made.request.channel, made.request.id) == ("logs deploy/api", "D0000001", "event:Ev3")
    named = from_direct(direct("<@UBOT> help", thread_ts="1.0"), "UBOT", 9.0)
    assert named is not None
    assert (named.request.text, named.thread) == ("help", "1.0")


@pytest.mark.parametrize(
    "event", [{"subtype": "message_changed"}, {"bot_id": "B9"}, {"user": None}, {"channel_type": "channel"}]
)
def test_edits_bots_and_channels_are_no_direct_messages(event: dict[str, Any]) -> None:
    body = direct("help")
    body["event"] |= event
    assert from_direct(body, "UBOT", 9.0) is None


def test_a_foreign_mention_keeps_its_team() -> None:
    made = from_mention(mention("<@UBOT> help", user_team="T9"), "UBOT", 9.0)
    assert made is not None
    assert made.request.actor.team_id == "T9"


def test_home_and_shortcut() -> None:
    opened = from_home(home(), 9.0)
    assert opened is not None
    assert (opened.request.source, opened.request.actor.user_id) == ("home", "U0DANA")
    assert from_home(home("messages"), 9.0) is None
    shortcut = from_shortcut(press(type="message_action", callback_id="explain"), 9.0).request
    assert (shortcut.text, shortcut.message) == ("explain", Posted("C0000001", "100.1"))
