"""One message per block type, so that a test can ask for each by name."""

from __future__ import annotations

from tests.browser.scenes import Json, actions, button, confirm, menu, post, pre, section
from tests.browser.workspace import ALERTS


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(label: str, detail: str = "") -> Json:
    made: Json = {"text": plain(label), "value": label.lower()}
    return {**made, "description": plain(detail)} if detail else made


def rich_text() -> Json:
    def text(words: str, **style: bool) -> Json:
        return {"type": "text", "text": words, "style": style} if style else {"type": "text", "text": words}

    def part(kind: str, *pieces: Json, **more: object) -> Json:
        return {"type": f"rich_text_{kind}", "elements": list(pieces), **more}

    items = [part("section", text("first")), part("section", text("second"))]
    inner = [part("section", text("inner"))]
    first = (
        text("bold", bold=True), text(" italic", italic=True), text(" struck", strike=True), text(" code", code=True),
        {"type": "emoji", "name": "wave", "unicode": "1f44b"}, {"type": "user", "user_id": "U0APRIL"},
        {"type": "channel", "channel_id": "C0SHOP"}, {"type": "link", "url": "https://example.com/", "text": "a link"},
        {"type": "date", "timestamp": 1_795_240_800, "format": "{date_num} {time}", "fallback": "then"},
    )  # fmt: skip
    return {
        "type": "rich_text",
        "elements": [
            part("section", *first),
            part("list", *items, style="ordered", indent=0),
            part("list", *inner, style="bullet", indent=1),
            part("quote", text("quoted words")),
            part("preformatted", text("one  two\n`back` *ticks* <b>")),
        ],
    }


def table() -> Json:
    rows = [["NAME", "READY", "RESTARTS"], ["checkout-x7k2p", "0/1", "14"], ["search-m2", "1/1", "0"]]
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": False}, {"align": "center"}, {"align": "right"}],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
    }


def data_table() -> Json:
    rows = [["Node", "Pods"], *([f"ip-10-0-3-{number}", number] for number in (9, 30, 4, 12, 7, 21, 2))]

    def cell(value: object) -> Json:
        return {"type": "raw_number", "value": value} if isinstance(value, int) else {"type": "raw_text", "text": value}

    return {
        "type": "data_table",
        "caption": "Pods by node",
        "page_size": 4,
        "rows": [[cell(value) for value in row] for row in rows],
    }


def chart(kind: str) -> Json:
    labels = ["11:00", "12:00", "13:00", "14:00", "15:00"]
    values = {"replicas": [8, 11, 14, 17, 20], "maximum": [20, 20, 20, 20, 20]}
    series = [
        {"name": name, "data": [{"label": label, "value": value} for label, value in zip(labels, line, strict=True)]}
        for name, line in values.items()
    ]
    axes = {"categories": labels, "x_label": "Time", "y_label": "Replicas"}
    return {
        "type": "data_visualization",
        "title": f"search, {kind}",
        "chart": {"type": kind, "series": series, "axis_config": axes},
    }


def pie() -> Json:
    segments = [{"label": name, "value": value} for name, value in {"shop": 12, "payments": 7, "infra": 4}.items()]
    return {"type": "data_visualization", "title": "Failing pods", "chart": {"type": "pie", "segments": segments}}


MARKDOWN = """# Summary
Some **bold**, *slanted* and `code`, with [a link](https://example.com/).

1. first
2. second
   - inner

> quoted

| Pod | Ready |
|-----|-------|
| api | 0/1 |

```
kubectl get pods
```
<b>not bold</b>"""

SURE = confirm("Restart checkout?", "5 pods, one at a time.", "Restart")


def elements() -> Json:
    choices = [option("Small", "1 pod"), option("Large")]
    return actions(
        button("Plain"),
        button("Go", style="primary"),
        button("Restart", "restart", "danger", SURE),
        {"type": "button", "text": plain("Open"), "url": "https://example.com/", "action_id": "open"},
        menu("Snooze", "snooze", "30 min", "2 h"),
        {"type": "external_select", "action_id": "pods", "placeholder": plain("Pod"), "min_query_length": 0},
        {"type": "multi_static_select", "action_id": "many", "placeholder": plain("Kinds"), "options": choices},
        {"type": "overflow", "action_id": "rest", "options": [option("Details"), option("Mute")]},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-21"},
        {"type": "timepicker", "action_id": "hour", "initial_time": "14:02"},
        {"type": "radio_buttons", "action_id": "size", "options": choices},
        {"type": "checkboxes", "action_id": "flags", "options": choices, "initial_options": [choices[0]]},
    )


def every_block() -> list[Json]:
    """In the order in which they are told of in Slack's reference; two charts to a message at most."""
    fields = [
        {"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in {"Image": "1.42", "Node": "ip-7"}.items()
    ]
    face = {"type": "image", "image_url": "/files/face.png", "alt_text": "A face"}
    small = [face, {"type": "mrkdwn", "text": "small _print_"}]
    picture = {"type": "image", "image_url": "/files/chart.png", "alt_text": "Memory", "title": plain("Memory")}
    elsewhere = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "From elsewhere"}
    return [
        post(ALERTS, 60, "header", {"type": "header", "text": plain("A header :fire:")}, {"type": "divider"}),
        post(ALERTS, 59, "section", section("Words with *weight*", fields=fields, accessory=button("Beside"))),
        post(ALERTS, 58, "context", {"type": "context", "elements": small}),
        post(ALERTS, 57, "elements", elements()),
        post(ALERTS, 56, "rich text", rich_text()),
        post(ALERTS, 55, "markdown", {"type": "markdown", "text": MARKDOWN}),
        post(ALERTS, 54, "table", table()),
        post(ALERTS, 53, "data table", data_table()),
        post(ALERTS, 52, "charts", chart("line"), chart("bar")),
        post(ALERTS, 51, "charts", chart("area"), pie()),
        post(ALERTS, 50, "image", picture),
        post(ALERTS, 49, "elsewhere", elsewhere),
        post(ALERTS, 48, "a file", files=[log_file()]),
        post(ALERTS, 47, "video", {"type": "video", "title": plain("ignored")}, pre("after the video")),
    ]  # fmt: skip


def log_file() -> Json:
    return {
        "id": "F0LOG", "name": "checkout.log", "title": "checkout.log", "mimetype": "text/plain",
        "pretty_type": "Plain Text", "size": 20_480, "url_private": "/files/checkout.txt",
    }  # fmt: skip


def modal(**more: object) -> Json:
    """A modal with a required reason, a choice and an optional number."""
    reason = {"type": "plain_text_input", "action_id": "text", "min_length": 3}
    choice = {"type": "static_select", "action_id": "pick", "options": [option("Checkout"), option("Search")]}
    count = {"type": "number_input", "action_id": "count", "is_decimal_allowed": False, "min_value": "1"}
    hint = {"hint": plain("Kept in the audit log")}
    return {
        "id": "V0ASK", "type": "modal", "callback_id": "restart", "title": plain("Restart checkout?"),
        "submit": plain("Restart"), "close": plain("Leave it"),
        "blocks": [
            section("5 pods, one at a time · about 4 min"),
            {"type": "input", "block_id": "reason", "label": plain("Reason"), "element": reason, **hint},
            {"type": "input", "block_id": "target", "label": plain("Deployment"), "element": choice},
            {"type": "input", "block_id": "pods", "label": plain("Pods"), "element": count, "optional": True},
        ],
        **more,
    }  # fmt: skip
