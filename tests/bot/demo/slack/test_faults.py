"""Faults hit the method they were meant for, so often and no more."""

from __future__ import annotations

from bot.demo.slack.faults import Faults


def test_each_is_used_up_in_order() -> None:
    faults = Faults()
    faults.status("chat.update", 503, times=2)
    faults.error("chat.update", "fatal_error")
    kinds = [fault.kind if (fault := faults.take("chat.update")) else None for _ in range(4)]
    assert kinds == ["status", "status", "error", None]
    assert faults.take("chat.postMessage") is None


def test_a_star_hits_whatever_comes_next() -> None:
    faults = Faults()
    faults.slow("*", 0.1)
    assert (fault := faults.take("users.info")) is not None
    assert fault.seconds == 0.1
    assert faults.take("users.info") is None


def test_clearing_leaves_nothing() -> None:
    faults = Faults()
    faults.reset("*", times=9)
    faults.dead_socket_urls = faults.dropped_acks = faults.duplicated = 1
    faults.clear()
    assert (faults.take("x"), faults.dead_socket_urls, faults.drops_ack(), faults.duplicates()) == (
        None,
        0,
        False,
        False,
    )


def test_it_is_known_whether_a_fault_was_met() -> None:
    faults = Faults()
    faults.slow("chat.postMessage", 1.0)
    assert faults.waiting("chat.postMessage")
    faults.take("chat.postMessage")
    assert not faults.waiting("chat.postMessage")
