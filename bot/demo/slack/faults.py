"""What can go wrong on purpose. Tests switch faults on; each is used up after ``times``."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import msgspec

Kind = Literal["status", "ratelimited", "error", "reset", "reset_after", "slow"]


class Fault(msgspec.Struct, kw_only=True):
    kind: Kind
    status: int = 500
    code: str = ""
    seconds: float = 0.0
    left: int = 1


class Faults:
    """For Web API methods by name, for deliveries and for the socket."""

    def __init__(self) -> None:
        self._by_method: dict[str, list[Fault]] = defaultdict(list)
        self.dead_socket_urls = 0
        """The next so many apps.connections.open answer with an address where nobody listens."""
        self.dropped_acks = 0
        """The next so many acknowledgements are lost on the way."""
        self.duplicated = 0
        """The next so many deliveries arrive twice."""

    def take(self, method: str) -> Fault | None:
        """The fault that this call meets, if any."""
        waiting = self._by_method[method] or self._by_method["*"]
        if not waiting:
            return None
        fault = waiting[0]
        fault.left -= 1
        if fault.left <= 0:
            waiting.pop(0)
        return fault

    def waiting(self, method: str) -> bool:
        """Whether a fault for this very method has not been met yet."""
        return bool(self._by_method[method])

    def status(self, method: str, status: int = 500, *, times: int = 1) -> None:
        """An HTTP error without Slack's JSON. ``method`` may be ``*`` here and below."""
        self._by_method[method].append(Fault(kind="status", status=status, left=times))

    def error(self, method: str, code: str, *, times: int = 1) -> None:
        self._by_method[method].append(Fault(kind="error", code=code, left=times))

    def ratelimited(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        self._by_method[method].append(Fault(kind="ratelimited", seconds=retry_after, left=times))

    def reset(self, method: str, *, after_effect: bool = False, times: int = 1) -> None:
        """The connection breaks before the call has any effect, or after it had its whole effect."""
        kind: Kind = "reset_after" if after_effect else "reset"
        self._by_method[method].append(Fault(kind=kind, left=times))

    def slow(self, method: str, seconds: float, *, times: int = 1) -> None:
        self._by_method[method].append(Fault(kind="slow", seconds=seconds, left=times))

    def clear(self) -> None:
        self._by_method.clear()
        self.dead_socket_urls = self.dropped_acks = self.duplicated = 0

    def drops_ack(self) -> bool:
        if self.dropped_acks:
            self.dropped_acks -= 1
            return True
        return False

    def duplicates(self) -> bool:
        if self.duplicated:
            self.duplicated -= 1
            return True
        return False
