"""A file's way from announcement to use."""

from __future__ import annotations

import pytest

from bot.demo.slack.model import SlackError
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.state import State


def test_a_file_is_usable_only_after_it_was_processed() -> None:
    state = State(DoubleSettings(upload_delay=2.0))
    state.listening("http://slack")
    file = state.files.begin("chart.png", 3)
    assert not state.files.usable({"id": file.id})
    state.files.receive(file.ticket, b"abc")
    state.files.complete(file.id, "")
    assert not state.files.usable({"id": file.id})
    assert state.files.to_slack(file)["mimetype"] == ""
    state.clock.advance(2)
    assert state.files.usable({"id": file.id})
    assert state.files.usable({"url": f"http://slack/files/{file.id}/chart.png"})
    assert not state.files.usable({"url": "http://elsewhere/chart.png"})
    assert not state.files.usable({})
    told = state.files.to_slack(file)
    assert (told["mimetype"], told["title"]) == ("image/png", "chart.png")


def test_steps_out_of_order_or_twice_are_refused() -> None:
    state = State(DoubleSettings())
    file = state.files.begin("a.txt", 3)
    with pytest.raises(SlackError, match="file_not_found"):
        state.files.complete(file.id, "")
    for ticket, content in ((file.ticket, b"four"), ("x", b"abc")):
        with pytest.raises(SlackError, match="upload_failed"):
            state.files.receive(ticket, content)
    state.files.receive(file.ticket, b"abc")
    with pytest.raises(SlackError, match="upload_failed"):
        state.files.receive(file.ticket, b"abc")
    state.files.complete(file.id, "")
    with pytest.raises(SlackError, match="file_not_found"):
        state.files.complete(file.id, "")
