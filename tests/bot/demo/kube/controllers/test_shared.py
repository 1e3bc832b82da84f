"""Shares, hashes, conditions."""

from __future__ import annotations

from bot.demo.kube.controllers.shared import set_condition, share, template_hash


def test_percentages_round_up_for_surge_and_down_for_unavailable() -> None:
    assert [share("25%", total, up=True) for total in (1, 3, 4, 10)] == [1, 1, 1, 3]
    assert [share("25%", total, up=False) for total in (1, 3, 4, 10)] == [0, 0, 1, 2]
    assert share(2, 10, up=True) == 2


def test_the_hash_follows_the_content_and_not_the_order() -> None:
    assert template_hash({"a": 1, "b": 2}) == template_hash({"b": 2, "a": 1})
    assert template_hash({"a": 1}) != template_hash({"a": 2})
    assert set(template_hash({})) <= set("bcdfghjklmnpqrstvwxz2456789")


def test_a_condition_moves_only_with_its_status() -> None:
    new = {"type": "Available", "status": "True", "reason": "a"}
    first = set_condition([], new, "t1")
    assert set_condition(first, new, "t2") is first
    (reasoned,) = set_condition(first, {**new, "reason": "b"}, "t2")
    assert (reasoned["lastTransitionTime"], reasoned["lastUpdateTime"]) == ("t1", "t2")
    (moved,) = set_condition(first, {**new, "status": "False"}, "t3")
    assert moved["lastTransitionTime"] == "t3"
