"""What a refusal becomes."""

from __future__ import annotations

import pytest

from bot.adapters.kubernetes.failures import is_gone, no_answer, read_status, to_error
from bot.core.errors import Conflict, Forbidden, KubeError, NotFound, Unreachable


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (400, "BadRequest", KubeError),
        (401, "Unauthorized", Forbidden),
        (403, "Forbidden", Forbidden),
        (404, "NotFound", NotFound),
        (409, "Conflict", Conflict),
        (409, "AlreadyExists", Conflict),
        (410, "Expired", KubeError),
        (415, "UnsupportedMediaType", KubeError),
        (422, "Invalid", Conflict),
        (429, "TooManyRequests", Unreachable),
        (500, "InternalError", Unreachable),
        (503, "ServiceUnavailable", Unreachable),
        (504, "Timeout", Unreachable),
    ],
)
def test_each_status_has_its_error(status: int, reason: str, expected: type[KubeError]) -> None:
    body = f'{{"kind":"Status","message":"told so","reason":"{reason}","code":{status}}}'.encode()
    error = to_error(status, body, cluster="prod", what="GET /x")
    assert type(error) is expected
    assert (str(error), error.status, error.reason, error.cluster) == ("told so", status, reason, "prod")


def test_a_proxys_page_is_shown_but_not_whole() -> None:
    error = to_error(502, b"<html>" + b"x" * 5000, cluster="prod", what="GET /x")
    assert str(error).startswith("<html>")
    assert len(str(error)) == 500


def test_an_empty_refusal_names_the_request() -> None:
    assert str(to_error(500, b"", cluster="prod", what="GET /x")) == "GET /x: HTTP 500"


def test_bytes_that_are_no_text_do_not_hurt() -> None:
    assert read_status(b'{"message": "\xff\xfe"}').message is not None


def test_too_old_is_known_by_code_and_by_reason() -> None:
    assert is_gone(KubeError("", status=410))
    assert is_gone(KubeError("", reason="Expired"))
    assert not is_gone(KubeError("", status=404, reason="NotFound"))


def test_a_time_out_says_so_although_its_exception_is_silent() -> None:
    assert str(no_answer(TimeoutError(), cluster="prod", what="GET /x")) == "GET /x: no answer in time (TimeoutError)"
