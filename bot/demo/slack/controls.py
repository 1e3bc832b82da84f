"""What a person presses, chooses or types in blocks, as the JSON that Slack then sends to the app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.demo.slack.model import Json, SlackError

SELECTED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")
MANY_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")


def controls(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block with each of the controls in it."""
    for block in blocks:
        found = [*block.get("elements", [])] if block["type"] == "actions" else []
        found += [block[name] for name in ("accessory", "element") if name in block]
        for each in found:
            if each.get("type") != "image":
                yield block, each


def label(control: Json) -> str:
    text = control.get("text") or control.get("placeholder") or {}
    return str(text.get("text", "")) if isinstance(text, dict) else ""


def find(blocks: list[Json], wanted: str, block_id: str = "") -> tuple[Json, Json]:
    """A control by ``action_id`` or by what stands on it; ``block_id`` where several are called the same."""
    everything = [pair for pair in controls(blocks) if block_id in ("", pair[0].get("block_id"))]
    for matches in (
        lambda control: control.get("action_id") == wanted,
        lambda control: label(control) == wanted,
        lambda control: label(control).lower() == wanted.lower(),
    ):
        for block, control in everything:
            if matches(control):
                return block, control
    there = ", ".join(repr(label(control) or control.get("action_id")) for _, control in everything) or "none"
    raise SlackError("no_such_button", detail=f"{wanted!r} is not there; there are: {there}")


def all_options(control: Json) -> list[Json]:
    grouped = [option for group in control.get("option_groups", []) for option in group["options"]]
    return [*control.get("options", []), *grouped]


def choose(control: Json, value: Any) -> Json:
    """An option by its value or its label. Those of an external menu are taken as they are given."""
    if isinstance(value, dict):
        return value
    for option in all_options(control):
        if value in (option.get("value"), option["text"]["text"]):
            return option
    if "external" in control["type"]:
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    there = ", ".join(repr(option["text"]["text"]) for option in all_options(control))
    raise SlackError("no_such_option", detail=f"{value!r} is not there; there are: {there}")


def state_of(control: Json, value: Any) -> Json:
    """A control's entry in ``state.values``; ``value`` None is nothing chosen."""
    kind = control["type"]
    if isinstance(value, dict) and value.get("type") == kind:
        return value
    if kind in ONE_OPTION:
        chosen = choose(control, value) if value is not None else control.get("initial_option")
        return {"type": kind, "selected_option": chosen}
    if kind in MANY_OPTIONS:
        given = value if isinstance(value, list) else [] if value is None else [value]
        many = [choose(control, each) for each in given] if value is not None else control.get("initial_options", [])
        return {"type": kind, "selected_options": many}
    if kind in SELECTED:
        initial = control.get(SELECTED[kind].replace("selected", "initial"))
        return {"type": kind, SELECTED[kind]: value if value is not None else initial}
    return {"type": kind, "value": value if value not in (None, "") else control.get("initial_value")}


def action(block: Json, control: Json, value: Any, ts: str) -> Json:
    """The entry in ``actions`` of a block_actions payload."""
    pressed: Json = {
        "action_id": control.get("action_id", ""),
        "block_id": block.get("block_id", ""),
        "action_ts": ts,
        "type": control["type"],
    }
    if control["type"] == "button":
        extra: Json = {key: control[key] for key in ("value", "style", "confirm", "url") if key in control}
        return {**pressed, "text": control["text"], **extra}
    if value is None and control["type"] in ONE_OPTION:
        choose(control, value)  # says what could have been chosen
    placeholder = {"placeholder": control["placeholder"]} if "placeholder" in control else {}
    return {**pressed, **state_of(control, value), **placeholder}


def values(blocks: list[Json], given: Json) -> Json:
    """``state.values`` of all inputs and menus: what was given, and for the rest what they start with."""
    result: Json = {}
    for block, control in controls(blocks):
        if control["type"] in ("button", "overflow") or "action_id" not in control:
            continue
        value = given.get(block["block_id"], {}).get(control["action_id"])
        result.setdefault(block["block_id"], {})[control["action_id"]] = state_of(control, value)
    return result


def missing(blocks: list[Json], state: Json) -> dict[str, str]:
    """Inputs that Slack itself would not let pass."""
    found = {}
    for block, control in controls(blocks):
        if block["type"] != "input" or block.get("optional"):
            continue
        entry = state.get(block["block_id"], {}).get(control.get("action_id"), {})
        filled = [value for key, value in entry.items() if key != "type" and value not in (None, "", [])]
        if not filled:
            found[block["block_id"]] = "Please complete this required field."
    return found
