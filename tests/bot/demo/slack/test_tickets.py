"""Trigger ids and response URLs expire and wear out."""

from __future__ import annotations

import pytest

from bot.demo.slack.model import Clock, SlackError
from bot.demo.slack.settings import DoubleSettings
from bot.demo.slack.tickets import Tickets


def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    clock = Clock()
    tickets = Tickets(DoubleSettings(), clock)
    first, second = tickets.trigger("U1"), tickets.trigger("U2")
    clock.advance(2.9)
    assert tickets.redeem(first) == "U1"
    for name, error in ((first, "exchanged_trigger_id"), ("x", "invalid_trigger_id")):
        with pytest.raises(SlackError, match=error):
            tickets.redeem(name)
    clock.advance(0.2)
    with pytest.raises(SlackError, match="expired_trigger_id"):
        tickets.redeem(second)


def test_a_response_address_is_good_five_times_and_for_half_an_hour() -> None:
    clock = Clock()
    tickets = Tickets(DoubleSettings(), clock)
    name, late = tickets.response("U1", "C1", message="1.1"), tickets.response("U1", "C1")
    assert [tickets.answer(name).message for _ in range(5)] == ["1.1"] * 5
    with pytest.raises(SlackError, match="used_url"):
        tickets.answer(name)
    clock.advance(1799)
    tickets.answer(late)
    clock.advance(2)
    with pytest.raises(SlackError, match="expired_url"):
        tickets.answer(late)
    with pytest.raises(SlackError, match="no_such_url"):
        tickets.answer("x")
