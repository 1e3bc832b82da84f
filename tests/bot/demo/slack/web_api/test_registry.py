"""Arguments mean the same however they arrive."""

from __future__ import annotations

import pytest

from bot.demo.slack.model import SlackError, Token
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State
from bot.demo.slack.web_api.registry import METHODS, Call


def call(**args: object) -> Call:
    return Call(State(DoubleSettings()), args, Token(kind="bot", scopes=()))


def test_flags_numbers_and_json_as_text_or_as_they_are() -> None:
    assert [call(x=value).flag("x") for value in ("1", "true", True, "0", "false", False, "", None)] == [
        True, True, True, False, False, False, False, False,
    ]  # fmt: skip
    assert call(x="[1]").json("x") == call(x=[1]).json("x") == [1]
    assert call(x="a, b").names("x") == call(x=["a", "b"]).names("x") == ["a", "b"]
    assert call(limit="3").number("limit", 100, 10) == 3


@pytest.mark.parametrize("limit", ["many", "0", "-1", "11"])
def test_a_number_out_of_range_is_refused(limit: str) -> None:
    if limit == "0":
        assert call(limit=0).number("limit", 5, 10) == 5, "Slack takes 0 as not given"
        return
    with pytest.raises(SlackError, match="invalid_limit"):
        call(limit=limit).number("limit", 5, 10)


def test_pages_cover_everything_once() -> None:
    items, seen, cursor = [*range(7)], [], ""
    while True:
        page, more = call(limit=3, cursor=cursor).page(items)
        seen += page
        cursor = more["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == items


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(SlackError) as refused:
        call().text("channel")
    assert refused.value.extra["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_every_method_of_the_app_is_there() -> None:
    import bot.demo.slack.web_api.gateway  # noqa: F401 - importing it registers the methods

    needed = {
        "auth.test", "apps.connections.open", "chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete",
        "chat.scheduleMessage", "conversations.list", "conversations.info", "conversations.history",
        "conversations.replies", "conversations.join", "conversations.open", "conversations.members", "users.info",
        "usergroups.list", "usergroups.users.list", "views.open", "views.update", "views.push", "views.publish",
        "files.getUploadURLExternal", "files.completeUploadExternal", "files.info", "reactions.add",
    }  # fmt: skip
    assert needed <= METHODS.keys()
