"""Tables and charts: ``table``, ``data_table`` and ``data_visualization``, with their totals per message."""

from __future__ import annotations

import math
from typing import Any

from bot.demo.slack.blocks.checker import Checker, Json, kind_of
from bot.demo.slack.blocks.rich import rich_text

COLUMNS = 20
CELLS_TOTAL = 10_000
LABEL = 20
TITLE = 50


def characters(value: Any) -> int:
    """Characters that people see in a piece of a payload: the sum of every ``text``."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(each) for key, each in value.items() if key != "text" or not isinstance(each, str))
    return sum(map(characters, value)) if isinstance(value, list) else 0


def _cell(check: Checker, path: str, value: Any, *, head: bool, numbers: bool) -> None:
    kind = kind_of(value)
    if kind == "rich_text" and not (head and numbers):
        rich_text(check, path, value)
    elif kind == "raw_text":
        if check.shape(path, value, {"text"}, set()):
            check.string(f"{path}/text", value["text"], CELLS_TOTAL)
    elif kind == "raw_number" and numbers and not head:
        if check.shape(path, value, {"value"}, {"text"}) and not _finite(value["value"]):
            check.fail(f"{path}/value", "must be a number")
    else:
        check.fail(f"{path}/type", f"unsupported type: {kind}")


def _rows(check: Checker, path: str, value: Json, most: int, *, least: int, numbers: bool) -> None:
    rows = check.items(f"{path}/rows", value["rows"], most, least=least)
    for index, row in enumerate(rows):
        place = f"{path}/rows/{index}"
        cells = check.items(place, row, COLUMNS)
        if numbers and isinstance(rows[0], list) and len(cells) != len(rows[0]):
            check.fail(place, "all rows must have the same number of cells")
        for column, cell in enumerate(cells):
            _cell(check, f"{place}/{column}", cell, head=index == 0, numbers=numbers)


def table(check: Checker, path: str, value: Json) -> None:
    if not check.shape(path, value, {"rows"}, {"block_id", "column_settings"}):
        return
    _rows(check, path, value, 100, least=1, numbers=False)
    for index, column in enumerate(
        check.items(f"{path}/column_settings", value.get("column_settings", []), 20, least=0)
    ):
        place = f"{path}/column_settings/{index}"
        if column is not None and check.shape(place, column, set(), {"align", "is_wrapped"}) and "align" in column:
            check.choice(f"{place}/align", column["align"], ("left", "center", "right"))


def data_table(check: Checker, path: str, value: Json) -> None:
    known = {"block_id", "page_size", "row_header_column_index"}
    if not check.shape(path, value, {"rows", "caption"}, known):
        return
    check.string(f"{path}/caption", value["caption"], 3000)
    if "page_size" in value:
        check.whole(f"{path}/page_size", value["page_size"], 1, 100)
    _rows(check, path, value, 101, least=2, numbers=True)


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _pie(check: Checker, path: str, chart: Json) -> None:
    if not check.shape(path, chart, {"segments"}, set()):
        return
    for index, segment in enumerate(check.items(f"{path}/segments", chart["segments"], 6)):
        place = f"{path}/segments/{index}"
        if check.shape(place, segment, {"label", "value"}, set()):
            check.string(f"{place}/label", segment["label"], LABEL)
            if not _finite(segment["value"]) or segment["value"] <= 0:
                check.fail(f"{place}/value", "must be greater than 0")


def _series(check: Checker, path: str, chart: Json) -> None:
    if not check.shape(path, chart, {"series", "axis_config"}, set()):
        return
    axis, place = chart["axis_config"], f"{path}/axis_config"
    if not check.shape(place, axis, {"categories"}, {"x_label", "y_label"}):
        return
    categories = check.items(f"{place}/categories", axis["categories"], 20)
    for index, category in enumerate(categories):
        check.string(f"{place}/categories/{index}", category, LABEL)
    for name in ("x_label", "y_label"):
        if name in axis:
            check.string(f"{place}/{name}", axis[name], TITLE)
    names: list[Any] = []
    for index, series in enumerate(check.items(f"{path}/series", chart["series"], 6)):
        place = f"{path}/series/{index}"
        if not check.shape(place, series, {"name", "data"}, set()):
            continue
        check.string(f"{place}/name", series["name"], LABEL)
        if series["name"] in names:
            check.fail(f"{place}/name", "series names must be unique")
        names.append(series["name"])
        _points(check, f"{place}/data", series["data"], categories)


def _points(check: Checker, path: str, points: Any, categories: list[Any]) -> None:
    labels = []
    for index, point in enumerate(check.items(path, points, 20)):
        place = f"{path}/{index}"
        if check.shape(place, point, {"label", "value"}, set()):
            labels.append(point["label"])
            if not _finite(point["value"]):
                check.fail(f"{place}/value", "must be a number")
    if sorted(map(str, labels)) != sorted(map(str, categories)):
        check.fail(path, "labels must match the categories")


def data_visualization(check: Checker, path: str, value: Json) -> None:
    if not check.shape(path, value, {"title", "chart"}, {"block_id"}):
        return
    check.string(f"{path}/title", value["title"], TITLE)
    chart = value["chart"]
    kind = kind_of(chart)
    if kind == "pie":
        _pie(check, f"{path}/chart", chart)
    elif kind in ("line", "bar", "area"):
        _series(check, f"{path}/chart", chart)
    else:
        check.fail(f"{path}/chart/type", f"unsupported type: {kind}")


def totals(check: Checker, path: str, blocks: list[Any]) -> None:
    """What holds for all tables and charts of a payload together."""
    kinds = [kind_of(block) for block in blocks]
    if kinds.count("table") > 1:
        check.fail(path, "only one table allowed")
    if kinds.count("data_visualization") > 2:
        check.fail(path, "no more than 2 data_visualization blocks allowed")
    tables = [block for block in blocks if isinstance(block, dict) and block.get("type") in ("table", "data_table")]
    if sum(characters(block.get("rows")) for block in tables) > CELLS_TOTAL:
        check.fail(path, f"table cells must be less than {CELLS_TOTAL + 1} characters")
