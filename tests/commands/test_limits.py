"""Slots are given back, also after an error."""

from __future__ import annotations

import contextlib

import pytest

from bot.core.errors import UserError
from commands.limits import Limits


def test_each_person_and_all_together_are_bounded() -> None:
    limits = Limits(per_person=2, at_once=3)
    with contextlib.ExitStack() as held:
        for person in ("a", "a", "b"):
            held.enter_context(limits.slot(person))
        with pytest.raises(UserError, match="2 commands of yours"), limits.slot("a"):
            pass
        with pytest.raises(UserError, match="too many commands"), limits.slot("c"):
            pass
    with limits.slot("a"), limits.slot("a"):
        pass


def test_an_error_gives_the_slot_back() -> None:
    limits = Limits(1, 1)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), limits.slot("a"):
            raise ValueError("x")
