"""How steps are read and written."""

from __future__ import annotations

from bot.demo.kube.controllers.rolloutstatus import step_text, weight_at

STEPS = [{"setWeight": 20}, {"pause": {"duration": "5m"}}, {"setWeight": 60}, {"pause": {}}]


def test_the_weight_is_that_of_the_last_step_that_set_one() -> None:
    assert [weight_at(STEPS, index) for index in range(4)] == [20, 20, 60, 60]
    assert weight_at([{"pause": {}}], 0) == 0


def test_steps_in_words() -> None:
    assert [step_text(step) for step in STEPS] == ["setWeight: 20", "pause: 5m", "setWeight: 60", "pause"]
