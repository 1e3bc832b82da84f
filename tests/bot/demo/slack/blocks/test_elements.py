"""Buttons, menus, inputs, dialogs: limits and mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack.blocks.checker import Checker
from bot.demo.slack.blocks.elements import element

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def option(words: str = "one", **more: Any) -> Json:
    return {"text": plain(words), "value": words} | more


def problems(value: Any, where: str = "actions") -> list[str]:
    check = Checker("message")
    element(check, "/e", value, where=where)
    return check.errors


BUTTON: Json = {"type": "button", "action_id": "a", "text": plain("Go")}
CONFIRM: Json = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
MENU: Json = {"type": "static_select", "action_id": "a", "options": [option()]}

GOOD: list[Json] = [
    BUTTON,
    BUTTON | {"style": "danger", "value": "x" * 2000, "url": "https://example.com", "confirm": CONFIRM},
    BUTTON | {"text": plain("x" * 75)},
    MENU | {"placeholder": plain("Pick"), "initial_option": option()},
    {"type": "overflow", "action_id": "a", "options": [option(str(n)) for n in range(5)]},
    {"type": "external_select", "action_id": "a", "min_query_length": 0},
    {"type": "datepicker", "initial_date": "2026-11-21"},
    {"type": "radio_buttons", "options": [option()]},
]
BAD: list[tuple[Json, str]] = [
    (BUTTON | {"text": plain("x" * 76)}, "/e/text/text"),
    (BUTTON | {"text": {"type": "mrkdwn", "text": "x"}}, "/e/text/type"),
    (BUTTON | {"value": "x" * 2001}, "/e/value"),
    (BUTTON | {"style": "loud"}, "/e/style"),
    (BUTTON | {"url": "javascript:alert(1)"}, "/e/url"),
    (BUTTON | {"onclick": "x"}, "/e"),
    (BUTTON | {"action_id": "x" * 256}, "/e/action_id"),
    (BUTTON | {"confirm": CONFIRM | {"title": plain("x" * 101)}}, "/e/confirm/title/text"),
    (BUTTON | {"confirm": CONFIRM | {"text": plain("x" * 301)}}, "/e/confirm/text/text"),
    (BUTTON | {"confirm": CONFIRM | {"deny": plain("x" * 31)}}, "/e/confirm/deny/text"),
    (BUTTON | {"confirm": {"title": plain("x")}}, "/e/confirm"),
    (MENU | {"options": [option()] * 101}, "/e/options"),
    (MENU | {"options": []}, "/e/options"),
    (MENU | {"options": [option("x" * 151, value="v")]}, "/e/options/0/text/text"),
    (MENU | {"initial_option": option("other")}, "/e/initial_option"),
    (MENU | {"option_groups": []}, "/e"),
    (MENU | {"placeholder": plain("x" * 151)}, "/e/placeholder/text"),
    ({"type": "overflow", "action_id": "a", "options": [option(str(n)) for n in range(6)]}, "/e/options"),
    ({"type": "multi_static_select", "action_id": "a", "options": [option()]}, "/e/type"),
    ({"type": "plain_text_input", "action_id": "a"}, "/e/type"),
    ({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]}, "/e/options"),
]


@pytest.mark.parametrize("value", GOOD, ids=[each["type"] for each in GOOD])
def test_what_slack_takes(value: Json) -> None:
    assert problems(value) == []


@pytest.mark.parametrize(("value", "pointer"), BAD, ids=[f"{each['type']} {pointer}" for each, pointer in BAD])
def test_what_slack_refuses_and_where(value: Json, pointer: str) -> None:
    assert {error.partition("json-pointer:")[2] for error in problems(value)} == {f"{pointer}]"}


def test_inputs_belong_into_input_blocks_and_buttons_do_not() -> None:
    assert problems({"type": "plain_text_input", "action_id": "a", "multiline": True}, "input") == []
    assert problems(MENU, "input") == []
    assert problems(BUTTON, "input") == ["unsupported type: button [json-pointer:/e/type]"]
    assert problems({"type": "number_input", "action_id": "a"}, "input") != []
    assert problems({"type": "plain_text_input", "max_length": 3001}, "input") != []


def test_grouped_options() -> None:
    groups = [{"label": plain("Pods"), "options": [option()]}]
    grouped = {"type": "static_select", "action_id": "a", "option_groups": groups}
    assert problems(grouped) == []
    groups[0]["label"] = plain("x" * 76)
    assert problems(grouped) != []
