"""Buttons and menus: only opaque ids go out, nothing that must be confirmed goes unconfirmed."""

from __future__ import annotations

from bot.adapters.slack.blocks import render
from bot.core.message import Actions, Bold, Button, Confirm, LinkButton, Menu, Message


def test_a_button_carries_nothing_but_its_id() -> None:
    button = Button("Undo", "undo deploy/api -n shop", "danger", Confirm("Undo?", "Really", "Undo"), id="f" * 24)
    element = render(Message("x", (Actions((button,)),))).blocks[0]["elements"][0]
    assert element["value"] == "f" * 24
    assert element["confirm"]["style"] == "danger"
    assert "undo deploy/api" not in str(element)


def test_a_menu_entry_that_must_be_confirmed_is_a_button_of_its_own() -> None:
    entries = (
        Button("2 h", "a", id="1" * 24),
        Button("for ever", "b", confirm=Confirm("?", "sure", "yes"), id="2" * 24),
    )
    elements = render(Message("x", (Actions(menus=(Menu("Snooze", entries),)),))).blocks[0]["elements"]
    assert [option["value"] for option in elements[0]["options"]] == ["1" * 24]
    assert elements[1]["text"]["text"] == "Snooze: for ever"
    assert elements[1]["confirm"]["title"]["text"] == "?"


def test_action_ids_differ_even_where_two_buttons_do_the_same() -> None:
    row = Actions((Button("Logs", "logs x", id="1" * 24), Button("Logs", "logs x", id="1" * 24)))
    blocks = render(Message("x", (row, row))).blocks
    ids = [element["action_id"] for block in blocks for element in block["elements"]]
    assert len(set(ids)) == 4


def test_more_than_25_buttons_take_a_second_row() -> None:
    row = Actions(tuple(Button(f"b{i}", "x", id=f"{i}") for i in range(30)))
    assert [len(block["elements"]) for block in render(Message("x", (row,))).blocks] == [25, 5]


def test_a_link_that_is_not_for_the_web_is_only_named() -> None:
    row = Actions(links=(LinkButton("Runbook", "https://a.example"), LinkButton("Passwords", "file:///etc/passwd")))
    actions, context = render(Message("x", (row,))).blocks
    assert [element["url"] for element in actions["elements"]] == ["https://a.example"]
    assert context["elements"][0]["text"] == "Passwords"


def test_a_menu_says_how_many_entries_it_cannot_show() -> None:
    entries = tuple(Button(f"o{i}", "x", id=f"{i}") for i in range(120))
    (element,) = render(Message("x", (Actions(menus=(Menu("Pods", entries),)),))).blocks[0]["elements"]
    assert len(element["options"]) == 100
    assert element["placeholder"]["text"] == "Pods (first 100 of 120)"


def test_a_confirmation_with_markup_is_cut_to_its_limits() -> None:
    confirm = Confirm("t" * 200, ("restart ", Bold("b" * 400)), "y" * 50, "")
    element = render(Message("x", (Actions((Button("Go", "x", confirm=confirm, id="1"),)),))).blocks[0]["elements"][0]
    made = element["confirm"]
    assert len(made["title"]["text"]) == 100
    assert made["text"]["type"] == "mrkdwn"
    assert len(made["text"]["text"]) <= 300
    assert made["text"]["text"].endswith("…*")
    assert made["deny"]["text"] == "-"
