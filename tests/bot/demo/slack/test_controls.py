"""Finding a control and saying what was done with it, as Slack says it to the app."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack import controls
from bot.demo.slack.model import SlackError

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def option(words: str) -> Json:
    return {"text": plain(words), "value": words.lower()}


MENU: Json = {"type": "static_select", "action_id": "menu", "options": [option("One"), option("Two")]}
BLOCKS: list[Json] = [
    {"type": "section", "block_id": "s", "text": plain("x"), "accessory": MENU},
    {"type": "section", "block_id": "p", "text": plain("x"), "accessory": {"type": "image", "alt_text": "x"}},
    {
        "type": "actions",
        "block_id": "row1",
        "elements": [{"type": "button", "action_id": "go", "text": plain("Go"), "value": "1"}],
    },
    {
        "type": "actions",
        "block_id": "row2",
        "elements": [{"type": "button", "action_id": "go", "text": plain("Stop"), "value": "2"}],
    },
]


def found(wanted: str, block_id: str = "") -> str:
    block, control = controls.find(BLOCKS, wanted, block_id)
    return f"{block['block_id']} {controls.label(control)}".strip()


def test_by_id_by_label_and_in_one_block() -> None:
    assert found("go") == "row1 Go"
    assert found("go", "row2") == found("Stop") == found("stop") == "row2 Stop"
    assert found("menu") == "s"
    with pytest.raises(SlackError) as refused:
        found("Delete")
    assert "'Go', 'Stop'" in refused.value.extra["detail"]


@pytest.mark.parametrize(
    ("control", "given", "expected"),
    [
        (MENU, "Two", {"selected_option": option("Two")}),
        (MENU, "two", {"selected_option": option("Two")}),
        (MENU, None, {"selected_option": None}),
        (MENU | {"initial_option": option("One")}, None, {"selected_option": option("One")}),
        (MENU | {"type": "checkboxes"}, ["one", "Two"], {"selected_options": [option("One"), option("Two")]}),
        (MENU | {"type": "checkboxes"}, [], {"selected_options": []}),
        ({"type": "datepicker"}, "2026-11-21", {"selected_date": "2026-11-21"}),
        ({"type": "timepicker", "initial_time": "09:00"}, None, {"selected_time": "09:00"}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "plain_text_input"}, "words", {"value": "words"}),
        ({"type": "plain_text_input", "initial_value": "was"}, None, {"value": "was"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "plain_text_input"}, {"type": "plain_text_input", "value": "whole"}, {"value": "whole"}),
        ({"type": "external_select"}, "pod-1", {"selected_option": {"text": plain("pod-1"), "value": "pod-1"}}),
    ],
)
def test_the_state_of_a_control(control: Json, given: Any, expected: Json) -> None:
    assert controls.state_of(control, given) == {"type": control["type"], **expected}


def test_an_option_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(SlackError) as refused:
        controls.action(BLOCKS[0], MENU, "Three", "1.1")
    assert "'One', 'Two'" in refused.value.extra["detail"]
    with pytest.raises(SlackError):
        controls.action(BLOCKS[0], MENU, None, "1.1")


def test_a_pressed_button_carries_its_value_and_no_state() -> None:
    block, button = controls.find(BLOCKS, "Stop")
    pressed = controls.action(block, button, None, "1.1")
    assert pressed == {
        "type": "button", "action_id": "go", "block_id": "row2", "action_ts": "1.1", "text": plain("Stop"),
        "value": "2",
    }  # fmt: skip


def test_what_a_modal_still_misses() -> None:
    entry = {
        "type": "input",
        "block_id": "why",
        "label": plain("Why"),
        "element": {"type": "plain_text_input", "action_id": "r"},
    }
    optional = entry | {"block_id": "more", "optional": True}
    blocks = [entry, optional]
    empty = controls.values(blocks, {})
    assert empty == {name: {"r": {"type": "plain_text_input", "value": None}} for name in ("why", "more")}
    assert controls.missing(blocks, empty) == {"why": "Please complete this required field."}
    assert controls.missing(blocks, controls.values(blocks, {"why": {"r": "because"}})) == {}
