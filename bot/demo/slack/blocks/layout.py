"""The blocks themselves, what a whole message or view may hold, and the undocumented total."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.demo.slack.blocks import data
from bot.demo.slack.blocks.checker import Checker, Json, Surface, kind_of
from bot.demo.slack.blocks.elements import element
from bot.demo.slack.blocks.rich import rich_text

BLOCKS = {"message": 50, "modal": 100, "home": 100}
MARKDOWN = 12_000
TOTAL = 13_200  # found by people who met msg_blocks_too_long; Slack states no number


def section(check: Checker, path: str, value: Json) -> None:
    check.shape(path, value, set(), {"block_id", "text", "fields", "accessory", "expand"})
    if "text" not in value and "fields" not in value:
        check.fail(path, "must define either `text` or `fields`")
    if "text" in value:
        check.text(f"{path}/text", value["text"], 3000)
    if "fields" in value:
        for index, field in enumerate(check.items(f"{path}/fields", value["fields"], 10)):
            check.text(f"{path}/fields/{index}", field, 2000)
    accessory = value.get("accessory")
    if isinstance(accessory, dict) and kind_of(accessory) == "image":
        image_element(check, f"{path}/accessory", accessory)
    elif "accessory" in value:
        element(check, f"{path}/accessory", accessory, where="section")


def header(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"text"}, {"block_id", "level"}):
        check.text(f"{path}/text", value["text"], 150, plain=True)


def divider(check: Checker, path: str, value: Json) -> None:
    check.shape(path, value, set(), {"block_id"})


def context(check: Checker, path: str, value: Json) -> None:
    if not check.shape(path, value, {"elements"}, {"block_id"}):
        return
    for index, each in enumerate(check.items(f"{path}/elements", value["elements"], 10)):
        place = f"{path}/elements/{index}"
        if isinstance(each, dict) and each.get("type") == "image":
            image_element(check, place, each)
        else:
            check.text(place, each, 2000)


def actions(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"elements"}, {"block_id"}):
        for index, each in enumerate(check.items(f"{path}/elements", value["elements"], 25)):
            element(check, f"{path}/elements/{index}", each, where="actions")


def input_block(check: Checker, path: str, value: Json) -> None:
    if not check.shape(path, value, {"label", "element"}, {"block_id", "hint", "optional", "dispatch_action"}):
        return
    check.text(f"{path}/label", value["label"], 2000, plain=True)
    if "hint" in value:
        check.text(f"{path}/hint", value["hint"], 2000, plain=True)
    element(check, f"{path}/element", value["element"], where="input")


def _picture(check: Checker, path: str, value: Json) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        check.fail(path, "must define either `image_url` or `slack_file`")
    elif "image_url" in value:
        check.url(f"{path}/image_url", value["image_url"], schemes=("http", "https"))
    elif not isinstance(value["slack_file"], dict) or not check.file_ready(value["slack_file"]):
        check.fail(f"{path}/slack_file", "invalid slack file")
    check.string(f"{path}/alt_text", value["alt_text"], 2000)


def image_element(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"alt_text"}, {"image_url", "slack_file"}):
        _picture(check, path, value)


def image(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"alt_text"}, {"block_id", "image_url", "slack_file", "title"}):
        _picture(check, path, value)
        if "title" in value:
            check.text(f"{path}/title", value["title"], 2000, plain=True)


def markdown(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"text"}, {"block_id"}):
        check.string(f"{path}/text", value["text"], MARKDOWN)


def alert(check: Checker, path: str, value: Json) -> None:
    if check.shape(path, value, {"text"}, {"block_id", "level", "title"}):
        check.text(f"{path}/text", value["text"], 3000)


_Check = Callable[[Checker, str, Json], None]
EVERYWHERE: dict[str, _Check] = {
    "section": section,
    "header": header,
    "divider": divider,
    "context": context,
    "actions": actions,
    "image": image,
    "rich_text": rich_text,
    "input": input_block,
}
BLOCK_TYPES: dict[str, dict[str, _Check]] = {
    "message": {
        **EVERYWHERE,
        "markdown": markdown,
        "table": data.table,
        "data_table": data.data_table,
        "data_visualization": data.data_visualization,
    },
    "modal": {**EVERYWHERE, "alert": alert},
    "home": EVERYWHERE,
}


def check_blocks(
    blocks: Any,
    surface: Surface = "message",
    *,
    path: str = "/blocks",
    file_ready: Callable[[Json], bool] = lambda _: True,
) -> list[str]:
    """Everything that is wrong with the blocks, worded as Slack does; empty when Slack would take them."""
    check = Checker(surface, file_ready)
    most = BLOCKS[surface]
    for index, block in enumerate(check.items(path, blocks, most, least=0)):
        place = f"{path}/{index}"
        kind = kind_of(block)
        if kind not in BLOCK_TYPES[surface]:
            check.fail(f"{place}/type", f"unsupported type: {kind}")
            continue
        BLOCK_TYPES[surface][kind](check, place, block)
        check.block_id(place, block)
        # Within one block the ids must differ; the same action_id in two blocks is told apart by block_id.
        check.action_ids.clear()
    if isinstance(blocks, list):
        data.totals(check, path, blocks)
        marked = [block for block in blocks if isinstance(block, dict) and block.get("type") == "markdown"]
        if data.characters(marked) > MARKDOWN:
            check.fail(path, f"markdown must be less than {MARKDOWN + 1} characters in all")
    return check.errors


def total_size(blocks: list[Json]) -> int:
    """What counts towards ``msg_blocks_too_long``: the blocks as JSON, tables and charts by what is seen in them."""
    size = 0
    for block in blocks:
        if block.get("type") in ("table", "data_table", "data_visualization"):
            size += data.characters(block.get("rows"))
        else:
            size += len(json.dumps(block, ensure_ascii=False, separators=(",", ":")))
    return size
