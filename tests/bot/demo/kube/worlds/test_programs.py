"""How the shop's services behave."""

from __future__ import annotations

import random

import pytest

from bot.demo.kube.programs import MIB, Run, Start
from bot.demo.kube.worlds import programs


def checkout(version: str, limit: str) -> Run:
    container = {"name": "checkout", "image": f"r/checkout:{version}", "resources": {"limits": {"memory": limit}}}
    return programs.checkout(Start({}, container, 0, 1_795_000_000.0, random.Random(1)))


@pytest.mark.parametrize(
    ("version", "limit", "dies"), [("1.41.0", "512Mi", False), ("1.42.0", "256Mi", True), ("1.42.0", "512Mi", False)]
)
def test_checkout_dies_of_the_new_version_with_the_small_limit_alone(version: str, limit: str, dies: bool) -> None:
    assert (checkout(version, limit).reason == "OOMKilled") is dies


def test_its_memory_climbs_to_the_limit() -> None:
    run = checkout("1.42.0", "256Mi")
    assert run.memory(1.0) < 100 * MIB
    assert run.memory(run.exits or 0.0) == 256 * MIB
