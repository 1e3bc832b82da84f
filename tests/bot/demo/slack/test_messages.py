"""Messages as state: who is told, what stays, what a person keeps of the ephemeral ones."""

from __future__ import annotations

import pytest

from bot.demo.slack.messages import EPHEMERALS_KEPT
from bot.demo.slack.model import BOT_USER_ID, SlackError
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State


def new_state() -> State:
    return State(DoubleSettings())


def types(state: State, who: str) -> list[str]:
    return [str(event["type"]) for event in state.workspace.feed.since(0, who) or []]


def test_only_members_are_told() -> None:
    state = new_state()
    secret = state.workspace.add_channel("secret", private=True, members={"U0DANA", BOT_USER_ID})
    state.messages.post(secret, {"text": "x"}, author=state.workspace.author())
    assert types(state, "U0DANA") == ["message"]
    assert types(state, "U0VERA") == []


def test_a_reply_changes_its_parent_for_all_to_see() -> None:
    state = new_state()
    channel = state.workspace.channel("C0GENERAL")
    parent = state.messages.post(channel, {"text": "parent"}, author=state.workspace.author())
    state.messages.by_person(channel, "U0DANA", "one", thread=parent["ts"])
    state.messages.by_person(channel, "U0DANA", "two", thread=parent["ts"])
    assert types(state, "U0VERA") == ["message", "message", "message_changed", "message", "message_changed"]
    assert (parent["reply_count"], parent["reply_users"], parent["reply_users_count"]) == (2, ["U0DANA"], 1)


def test_people_cannot_speak_where_they_are_not() -> None:
    state = new_state()
    channel = state.workspace.channel("C0GENERAL")
    channel.members.discard("U0GUS")
    with pytest.raises(SlackError, match="not_in_channel"):
        state.messages.by_person(channel, "U0GUS", "x")
    channel.is_archived = True
    with pytest.raises(SlackError, match="is_archived"):
        state.messages.by_person(channel, "U0DANA", "x")


def test_a_person_keeps_the_last_few_ephemeral_messages() -> None:
    state = new_state()
    channel = state.workspace.channel("C0GENERAL")
    for number in range(EPHEMERALS_KEPT + 5):
        state.messages.ephemeral(channel, "U0VERA", {"text": str(number)})
    kept = [each["text"] for each in state.messages.newest("U0VERA", channel, 10)]
    assert kept == [str(number) for number in range(5, EPHEMERALS_KEPT + 5)]
    assert state.messages.newest("U0DANA", channel, 10) == []


def test_time_stamps_are_unique_and_rise_however_fast() -> None:
    state = new_state()
    stamps = [state.workspace.new_ts() for _ in range(2000)]
    assert len(set(stamps)) == 2000
    assert stamps == sorted(stamps)
