"""Rates by tier, and the one post a second and channel."""

from __future__ import annotations

from bot.demo.slack.model import Clock
from bot.demo.slack.rate import Rates


def test_off_unless_switched_on() -> None:
    rates = Rates(Clock())
    assert [rates.refuse("users.info", 1, {}) for _ in range(500)] == [0] * 500


def test_a_tier_is_so_many_calls_a_minute() -> None:
    clock = Clock()
    rates = Rates(clock, enabled=True)
    assert not any(rates.refuse("conversations.list", 2, {}) for _ in range(20))
    assert 59 <= rates.refuse("conversations.list", 2, {}) <= 60
    assert rates.refuse("usergroups.list", 2, {}) == 0, "each method has its own"
    clock.advance(60)
    assert rates.refuse("conversations.list", 2, {}) == 0


def test_posts_are_held_to_one_a_second_in_each_channel() -> None:
    clock = Clock()
    rates = Rates(clock, enabled=True)
    here, there = {"channel": "C1"}, {"channel": "C2"}
    assert [rates.refuse("chat.postMessage", 4, here) for _ in range(2)] == [0, 0]
    assert 1 <= rates.refuse("chat.postMessage", 4, here) <= 2
    assert rates.refuse("chat.postMessage", 4, there) == 0
    sent = 0
    for _ in range(60):
        clock.advance(1)
        sent += rates.refuse("chat.postMessage", 4, here) == 0
    assert 58 <= sent <= 60
