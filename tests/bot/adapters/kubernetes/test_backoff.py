"""Waits after failures."""

from __future__ import annotations

from bot.adapters.kubernetes.backoff import Backoff


def test_it_doubles_up_to_the_cap() -> None:
    backoff = Backoff(1, 10, rand=lambda: 1.0)
    assert [backoff.next() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_jitter_is_at_most_half() -> None:
    assert Backoff(4, 10, rand=lambda: 0.0).next() == 2


def test_success_starts_over() -> None:
    backoff = Backoff(1, 10, rand=lambda: 1.0)
    backoff.next()
    backoff.next()
    backoff.reset()
    assert backoff.next() == 1


def test_a_year_of_failures_does_not_overflow() -> None:
    backoff = Backoff(1, 10, rand=lambda: 1.0)
    assert [backoff.next() for _ in range(5000)][-1] == 10
