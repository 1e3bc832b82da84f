"""What a view must be before it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack.model import SlackError
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State
from bot.demo.slack.views import check_view

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


MODAL: Json = {"type": "modal", "title": plain("Title"), "blocks": [{"type": "divider"}]}
INPUT: Json = {"type": "input", "label": plain("Why"), "element": {"type": "plain_text_input", "action_id": "a"}}


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        ("x", "/view/type"),
        ({"type": "window"}, "/view/type"),
        ({"type": "modal", "title": plain("x")}, "/view"),
        (MODAL | {"title": plain("x" * 25)}, "/view/title/text"),
        (MODAL | {"submit": plain("x" * 25)}, "/view/submit/text"),
        (MODAL | {"private_metadata": "x" * 3001}, "/view/private_metadata"),
        (MODAL | {"callback_id": "x" * 256}, "/view/callback_id"),
        (MODAL | {"colour": "red"}, "/view"),
        (MODAL | {"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        (MODAL | {"blocks": [INPUT]}, "/view"),
        (MODAL | {"blocks": [{"type": "table", "rows": []}]}, "/view/blocks/0/type"),
    ],
)
def test_what_is_wrong_is_pointed_at(view: Any, pointer: str) -> None:
    assert [error.partition("json-pointer:")[2] for error in check_view(view)] == [f"{pointer}]"]


def test_good_views() -> None:
    assert check_view(MODAL) == []
    assert check_view(MODAL | {"blocks": [INPUT], "submit": plain("Send")}) == []
    assert check_view({"type": "home", "blocks": []}) == []


def test_opening_replaces_what_was_open_and_an_external_id_is_unique() -> None:
    state = State(DoubleSettings())
    first = state.views.open("U1", MODAL | {"external_id": "x"})
    with pytest.raises(SlackError, match="duplicate_external_id"):
        state.views.open("U1", MODAL | {"external_id": "x"}, push=True)
    second = state.views.open("U1", MODAL)
    assert [view["id"] for view in state.views.stacks["U1"]] == [second["id"]]
    kinds = [event["type"] for event in state.workspace.feed.since(0, "U1") or []]
    assert kinds == ["view", "view_closed", "view"]
    with pytest.raises(SlackError, match="not_found"):
        state.views.close("U1", first["id"])


def test_a_view_beyond_all_measure_is_refused() -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    with pytest.raises(SlackError, match="view_too_large"):
        State(DoubleSettings()).views.open("U1", MODAL | {"blocks": [long] * 90})
