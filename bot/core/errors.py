"""The errors that cross a package border, drawn as a tree.

::

    WatchkeeperError
    ├── UserError            a person asked for something that is not done; says what to do instead
    │   └── Refused          ... because it is not allowed
    ├── SetupError           the start stops: configuration, tokens, scopes, rights
    ├── KubeError            a Kubernetes API server said no, or nothing
    │   ├── NotFound         404
    │   ├── Forbidden        401, 403
    │   ├── Conflict         409, or a JSON Patch test that failed (422 Invalid)
    │   └── Unreachable      no answer, time-out, 429, 5xx: unknown, not "healthy"
    ├── SendError            Slack did not take a message
    │   ├── SendLater        rate limit, network, 5xx: try again, with the then current state
    │   └── SendNever        the message or the channel is wrong; retrying the same cannot help
    ├── StoreError           the store did not answer, or lost a race
    │   └── VersionConflict  put-if-version found another version
    └── AuditError           the audit log could not be written: changes are refused

Adapters translate their library's exceptions into these and chain the cause (``raise ... from``).
"""

from __future__ import annotations


class WatchkeeperError(Exception):
    """Root of all errors that are ours."""


class UserError(WatchkeeperError):
    """What was not done and why, in words for the asker; ``hint`` says what to do now (a copyable command)."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


class Refused(UserError):
    """Not allowed. ``rule`` names the rule of the policy that decided."""

    def __init__(self, why: str, hint: str = "", rule: str = "") -> None:
        super().__init__(why, hint)
        self.rule = rule


class SetupError(WatchkeeperError):
    """The start stops. ``problems``: one clear line for each thing that is wrong, each with what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class KubeError(WatchkeeperError):
    """``status`` is the HTTP status (0: no answer); ``reason`` is the Status object's reason, e.g. ``Invalid``."""

    def __init__(self, message: str, *, status: int = 0, reason: str = "", cluster: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.cluster = cluster


class NotFound(KubeError):
    pass


class Forbidden(KubeError):
    pass


class Conflict(KubeError):
    pass


class Unreachable(KubeError):
    """``retry_after``: seconds to wait before the next try, as the server asked; 0 when it did not."""

    retry_after: float = 0.0


class SendError(WatchkeeperError):
    """``code`` is Slack's error code, e.g. ``channel_not_found``."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class SendLater(SendError):
    """``after``: seconds to wait before the next try, as Slack asks (Retry-After)."""

    def __init__(self, code: str, message: str = "", after: float = 1.0) -> None:
        super().__init__(code, message)
        self.after = after


class SendNever(SendError):
    pass


class StoreError(WatchkeeperError):
    pass


class VersionConflict(StoreError):
    pass


class AuditError(WatchkeeperError):
    pass
