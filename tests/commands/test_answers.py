"""Errors say what was not done, why, and what to do now; buttons never lie."""

from __future__ import annotations

import pytest

from bot.core.errors import (
    AuditError,
    Conflict,
    Forbidden,
    KubeError,
    NotFound,
    Refused,
    StoreError,
    Unreachable,
    UserError,
)
from bot.core.message import Actions, Button, Context, Message, Section
from commands.answers import asked_by, error_message, with_button, with_note
from commands.model import Call
from tests.commands.scene import shown

CALL = Call("logs", "prod", "shop", "Pod", "api")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("No.", "/k8s help logs"), ["No.", "Try /watch help logs"]),
        (UserError("No.", "Wait."), ["No.", "Wait."]),
        (Refused("No.", "Ask @x.", "viewer (bindings[0])"), ["No.", "Ask @x.", "Decided by: viewer (bindings[0])."]),
        (NotFound("x"), ["there is no pod/api in prod / shop", "another namespace"]),
        (Forbidden("cannot get"), ["Watchkeeper itself may not do this in prod: cannot get", "ClusterRole"]),
        (Conflict("x"), ["changed in prod meanwhile"]),
        (Unreachable("10 s."), ["prod's API server does not answer: 10 s.", "Nothing was changed"]),
        (KubeError("token=abcdef12", status=500), ["prod answered: token=[redacted]"]),
        (AuditError("x"), ["the audit log cannot be written"]),
        (StoreError("x"), ["own store does not answer"]),
        (TimeoutError(), ["prod did not answer in time"]),
        (ValueError("secret detail"), ["something went wrong inside Watchkeeper", "01J9"]),
    ],
)
def test_error_says_why_and_what_now(error: Exception, said: list[str]) -> None:
    message = error_message(error, CALL, "/watch", "01J9")
    for text in said:
        assert text in shown(message)
    assert "secret detail" not in shown(message)
    assert 0 < len(message.text) <= 120


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (CALL, "A workload is named with its kind: deploy/api."),
        (Call("describe", "prod", "shop", "Deployment", "api"), "another namespace (-n) or cluster?"),
        (Call("describe", "prod", "", "Node", "ip-10-0-1-23"), "A node is named in full"),
    ],
)
def test_what_is_not_there_comes_with_how_it_may_have_been_meant(call: Call, hint: str) -> None:
    told = shown(error_message(NotFound("x"), call, "/k8s"))
    assert hint in told
    assert ("namespace (-n)" in told) is bool(call.namespace)


def test_notes_stand_above_the_buttons() -> None:
    row = Actions((Button("A", "a"),))
    message = with_note(with_button(Message("x", (Section("x"), row)), Button("B", "b")), "small")
    assert [type(part) for part in message.parts] == [Section, Context, Actions]
    assert [button.label for button in message.parts[-1].buttons] == ["A", "B"]  # type: ignore[union-attr]
    assert with_button(Message("x"), Button("B", "b")).parts[0] == Section("x")
    assert with_note(Message("x"), "small").parts == (Section("x"), Context("small"))


def test_shared_answer_says_who_asked() -> None:
    assert "ann asked /k8s logs x" in shown(asked_by(Message("x"), "ann", "/k8s", "logs x"))


def test_what_somebody_typed_is_not_shown_to_all_where_it_is_a_secret() -> None:
    told = shown(asked_by(Message("x"), "ann", "/k8s", "logs x --grep password=hunter2-4711"))
    assert "ann asked /k8s logs x --grep password=" in told
    assert "hunter2" not in told
