"""What people press, choose and type: buttons, menus, pickers, boxes, inputs, and the dialogs and options in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.demo.slack.blocks.checker import Checker, Json

LABEL = 75
VALUE = 2000
OPTION = 150
PLACEHOLDER = 150
BASE = {"action_id", "confirm", "focus_on_load"}
INPUT_ONLY = {
    "plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input",
}  # fmt: skip


def confirm(check: Checker, path: str, value: Any) -> None:
    if not check.shape(path, value, {"title", "text", "confirm", "deny"}, {"style"}):
        return
    check.text(f"{path}/title", value["title"], 100, plain=True)
    check.text(f"{path}/text", value["text"], 300)
    check.text(f"{path}/confirm", value["confirm"], 30, plain=True)
    check.text(f"{path}/deny", value["deny"], 30, plain=True)
    if "style" in value:
        check.choice(f"{path}/style", value["style"], ("primary", "danger"))


def option(check: Checker, path: str, value: Any, *, overflow: bool = False) -> None:
    extra = {"description", "url"} if overflow else {"description"}
    if not check.shape(path, value, {"text", "value"}, extra):
        return
    check.text(f"{path}/text", value["text"], OPTION)
    check.string(f"{path}/value", value["value"], OPTION)
    if "description" in value:
        check.text(f"{path}/description", value["description"], OPTION)
    if "url" in value:
        check.url(f"{path}/url", value["url"])


def options(check: Checker, path: str, element: Json, most: int, *, overflow: bool = False) -> None:
    for index, each in enumerate(check.items(f"{path}/options", element["options"], most)):
        option(check, f"{path}/options/{index}", each, overflow=overflow)


def option_groups(check: Checker, path: str, value: Any) -> None:
    for index, group in enumerate(check.items(path, value, 100)):
        place = f"{path}/{index}"
        if check.shape(place, group, {"label", "options"}, set()):
            check.text(f"{place}/label", group["label"], LABEL, plain=True)
            options(check, place, group, 100)


def button(check: Checker, path: str, value: Json) -> None:
    if not check.shape(path, value, {"text"}, BASE | {"url", "value", "style", "accessibility_label"}):
        return
    check.text(f"{path}/text", value["text"], LABEL, plain=True)
    if "value" in value:
        check.string(f"{path}/value", value["value"], VALUE, least=0)
    if "url" in value:
        check.url(f"{path}/url", value["url"])
    if "style" in value:
        check.choice(f"{path}/style", value["style"], ("primary", "danger"))
    if "accessibility_label" in value:
        check.string(f"{path}/accessibility_label", value["accessibility_label"], LABEL)


def static_select(check: Checker, path: str, value: Json) -> None:
    check.shape(
        path,
        value,
        set(),
        BASE
        | {
            "placeholder",
            "options",
            "option_groups",
            "initial_option",
            "initial_options",
            "max_selected_items",
        },
    )
    if ("options" in value) == ("option_groups" in value):
        check.fail(path, "must define either `options` or `option_groups`")
    elif "options" in value:
        options(check, path, value, 100)
        for index, initial in enumerate([value["initial_option"]] if "initial_option" in value else []):
            if initial not in value["options"]:
                check.fail(f"{path}/initial_option", f"initial option {index} is not among the options")
    else:
        option_groups(check, f"{path}/option_groups", value["option_groups"])


def other_select(check: Checker, path: str, value: Json) -> None:
    """Menus whose options Slack or the app supplies."""
    check.shape(
        path,
        value,
        set(),
        BASE
        | {
            "placeholder", "initial_option", "initial_options", "min_query_length", "max_selected_items", "filter",
            "initial_user", "initial_users", "initial_channel", "initial_channels", "initial_conversation",
            "initial_conversations", "default_to_current_conversation", "response_url_enabled",
        },
    )  # fmt: skip


def overflow(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"options"}, BASE):
        options(check, path, value, 5, overflow=True)


def choices(check: Checker, path: str, value: Json) -> None:
    """Radio buttons and check boxes."""
    if check.shape(path, value, {"options"}, BASE | {"initial_option", "initial_options"}):
        options(check, path, value, 10)


def picker(check: Checker, path: str, value: Json) -> None:
    """Date and time pickers."""
    known = BASE | {"placeholder", "initial_date", "initial_time", "initial_date_time", "timezone"}
    check.shape(path, value, set(), known)


def typed(check: Checker, path: str, value: Json) -> None:
    """Fields that people type into."""
    known = BASE | {
        "placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
        "is_decimal_allowed", "min_value", "max_value", "filetypes", "max_files",
    }  # fmt: skip
    required = {"is_decimal_allowed"} if value["type"] == "number_input" else set()
    check.shape(path, value, required, known)
    if "min_length" in value:
        check.whole(f"{path}/min_length", value["min_length"], 0, 3000)
    if "max_length" in value:
        check.whole(f"{path}/max_length", value["max_length"], 1, 3000)


_Check = Callable[[Checker, str, Json], None]
SELECTS = ("users", "channels", "conversations", "external")
ELEMENTS: dict[str, _Check] = {
    "button": button,
    "static_select": static_select,
    "multi_static_select": static_select,
    **{f"{kind}_select": other_select for kind in SELECTS},
    **{f"multi_{kind}_select": other_select for kind in SELECTS},
    "overflow": overflow,
    "radio_buttons": choices,
    "checkboxes": choices,
    **dict.fromkeys(("datepicker", "timepicker", "datetimepicker"), picker),
    **dict.fromkeys(sorted(INPUT_ONLY), typed),
}


def element(check: Checker, path: str, value: Any, *, where: str) -> None:
    """An interactive element in an ``actions``, ``section`` or ``input`` block."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        check.fail(path, "must provide an object with a type")
        return
    kind = value["type"]
    not_here = (kind in INPUT_ONLY and where != "input") or (kind in ("button", "overflow") and where == "input")
    if kind not in ELEMENTS or not_here or (where == "actions" and kind.startswith("multi_")):
        check.fail(f"{path}/type", f"unsupported type: {kind}")
        return
    ELEMENTS[kind](check, path, value)
    check.action_id(path, value)
    if "placeholder" in value:
        check.text(f"{path}/placeholder", value["placeholder"], PLACEHOLDER, plain=True)
    if "confirm" in value:
        confirm(check, f"{path}/confirm", value["confirm"])
