"""What an API server's refusal means: a Status object and an HTTP status -> the errors of ``bot.core.errors``."""

from __future__ import annotations

import aiohttp
import msgspec

from bot.core.errors import Conflict, Forbidden, KubeError, NotFound, Unreachable

_LONGEST = 500  # characters of a body that is no Status object: enough to recognise a proxy's error page


class Status(msgspec.Struct, frozen=True):
    """``kind: Status``, as an error's body and as the object of an ERROR watch event."""

    message: str | None = None
    reason: str | None = None
    code: int | None = None


_decode = msgspec.json.Decoder(Status).decode


def read_status(body: bytes) -> Status:
    """The Status in a body; a body that is none (a proxy's page, plain text) becomes the message."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Status(message=body[:_LONGEST].decode("utf-8", "replace").strip())


def to_error(status: int, body: bytes, *, cluster: str, what: str) -> KubeError:
    """The error for one refused request. ``what`` names the request where the server gave no message."""
    told = read_status(body)
    reason = told.reason or ""
    message = told.message or f"{what}: HTTP {status}"
    return error_class(status, reason)(message, status=status, reason=reason, cluster=cluster)


def error_class(status: int, reason: str) -> type[KubeError]:
    if status in (401, 403):
        return Forbidden
    if status == 404:
        return NotFound
    if status == 409 or (status == 422 and reason == "Invalid"):
        return Conflict
    if status == 429 or status >= 500:
        return Unreachable
    return KubeError


def is_gone(error: KubeError) -> bool:
    """410: the resource version or the continue token is too old; only a new list helps."""
    return error.status == 410 or error.reason in ("Expired", "Gone")


def no_answer(error: BaseException, *, cluster: str, what: str) -> Unreachable:
    """A connection that failed, broke or timed out."""
    detail = str(error) or type(error).__name__
    if isinstance(error, aiohttp.ClientPayloadError):
        detail = "the connection was lost in the middle of the answer"
    elif isinstance(error, TimeoutError):
        detail = f"no answer in time ({type(error).__name__})"
    return Unreachable(f"{what}: {detail}", cluster=cluster)
