"""Which refusals are worth another try."""

from __future__ import annotations

import pytest

from bot.adapters.slack.failures import classify, explain, translate
from bot.core.errors import SendLater, SendNever


@pytest.mark.parametrize(
    "code", ["ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"]
)
def test_slacks_own_trouble_is_tried_again(code: str) -> None:
    assert isinstance(classify(code), SendLater)


@pytest.mark.parametrize(
    "code",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "invalid_blocks",
        "msg_too_long",
        "no_text",
        "message_not_found",
        "cant_update_message",
        "restricted_action",
        "invalid_auth",
        "token_revoked",
        "missing_scope",
        "something_new",
    ],
)
def test_the_rest_is_not(code: str) -> None:
    assert isinstance(classify(code), SendNever)


def test_a_refusal_says_what_to_do() -> None:
    assert "/invite" in explain("not_in_channel")
    assert explain("something_new") == "Slack says something_new"


def test_a_bug_of_ours_is_not_taken_for_slacks() -> None:
    with pytest.raises(KeyError):
        translate(KeyError("x"))
