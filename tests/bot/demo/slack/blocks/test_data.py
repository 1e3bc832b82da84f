"""Tables and charts: their sizes, their cells, and how many of them a message may hold."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.slack.blocks.data import characters
from bot.demo.slack.blocks.layout import check_blocks

Json = dict[str, Any]


def raw(words: str = "x") -> Json:
    return {"type": "raw_text", "text": words}


def number(value: Any) -> Json:
    return {"type": "raw_number", "value": value}


def table(rows: int, columns: int, **more: Any) -> Json:
    return {"type": "table", "rows": [[raw()] * columns] * rows, **more}


def data_table(rows: int, columns: int = 2, **more: Any) -> Json:
    return {"type": "data_table", "caption": "pods", "rows": [[raw()] * columns] * rows, **more}


def chart(kind: str = "line", labels: int = 3, series: int = 1, **more: Any) -> Json:
    names = [f"c{n}" for n in range(labels)]
    lines = [{"name": f"s{n}", "data": [{"label": name, "value": 1.5} for name in names]} for n in range(series)]
    body = {"type": kind, "series": lines, "axis_config": {"categories": names}}
    return {"type": "data_visualization", "title": "Memory", "chart": body | more}


def pie(*values: float) -> Json:
    segments = [{"label": f"p{n}", "value": value} for n, value in enumerate(values)]
    return {"type": "data_visualization", "title": "Share", "chart": {"type": "pie", "segments": segments}}


GOOD: list[tuple[str, list[Json]]] = [
    ("largest table", [table(100, 20)]),
    ("columns aligned", [table(2, 2, column_settings=[{"align": "right", "is_wrapped": True}, None])]),
    ("largest data table", [data_table(101, 20, page_size=100, row_header_column_index=1)]),
    ("numbers", [data_table(1) | {"rows": [[raw("n")], [number(1.5)]]}]),
    ("largest chart", [chart("bar", 20, 6), chart("area")]),
    ("pie", [pie(1, 2, 3, 4, 5, 6)]),
    ("axis labels", [chart(axis_config={"categories": ["c0", "c1", "c2"], "x_label": "t", "y_label": "MiB"})]),
]
BAD: list[tuple[str, list[Json]]] = [
    ("too many rows", [table(101, 1)]),
    ("too many columns", [table(1, 21)]),
    ("two tables", [table(1, 1), table(1, 1)]),
    ("empty cell", [table(1, 1) | {"rows": [[raw("")]]}]),
    ("number in a table", [table(1, 1) | {"rows": [[number(1)]]}]),
    ("unknown alignment", [table(1, 1, column_settings=[{"align": "justify"}])]),
    ("too many characters", [table(1, 1) | {"rows": [[raw("x" * 5001), raw("x" * 5000)]]}]),
    ("a table without body", [data_table(1)]),
    ("no caption", [{"type": "data_table", "rows": [[raw()], [raw()]]}]),
    ("too many data rows", [data_table(102)]),
    ("ragged rows", [data_table(1) | {"rows": [[raw(), raw()], [raw()]]}]),
    ("number in the head", [data_table(1) | {"rows": [[number(1)], [number(2)]]}]),
    ("not a number", [data_table(1) | {"rows": [[raw()], [number("1")]]}]),
    ("page too large", [data_table(2, page_size=101)]),
    ("three charts", [chart(), chart(), pie(1)]),
    ("too many series", [chart(series=7)]),
    ("too many points", [chart(labels=21)]),
    ("not finite", [chart(series=0) | {"chart": chart()["chart"] | {"series": [{"name": "s", "data": [
        {"label": f"c{n}", "value": float("nan")} for n in range(3)]}]}}]),
    ("labels that are no categories", [chart(axis_config={"categories": ["a", "b", "c"]})]),
    ("label too long", [chart(axis_config={"categories": ["x" * 21, "c1", "c2"]})]),
    ("title too long", [chart() | {"title": "x" * 51}]),
    ("unknown chart", [chart("radar")]),
    ("empty slice", [pie(1, 0)]),
    ("too many slices", [pie(*range(1, 8))]),
]  # fmt: skip


@pytest.mark.parametrize("blocks", [each[1] for each in GOOD], ids=[each[0] for each in GOOD])
def test_what_slack_takes(blocks: list[Json]) -> None:
    assert check_blocks(blocks) == []


@pytest.mark.parametrize("blocks", [each[1] for each in BAD], ids=[each[0] for each in BAD])
def test_what_slack_refuses(blocks: list[Json]) -> None:
    assert check_blocks(blocks) != []


def test_only_what_is_seen_counts() -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "abc"}]}],
    }
    assert characters([[raw("12"), rich]]) == 5
    assert characters({"type": "section", "text": {"type": "mrkdwn", "text": "1234"}}) == 4
