"""What the API asks of the nodes: logs and usage. The simulated kubelets implement it."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec


class LogLine(msgspec.Struct, frozen=True):
    """``at``: seconds since the epoch."""

    at: float
    text: str


class Usage(msgspec.Struct, frozen=True):
    """``cpu`` in cores, ``memory`` in bytes."""

    cpu: float
    memory: float


class Runtime(Protocol):
    """Raises ApiError with the kubelet's own words."""

    def log(self, pod: dict[str, Any], container: str, *, previous: bool) -> list[LogLine] | str:
        """All lines that the container has written; a text where the runtime itself can only say why it cannot."""

    def running(self, pod: dict[str, Any], container: str) -> bool:
        """Whether more lines may come."""

    def usage(self, pod: dict[str, Any]) -> dict[str, Usage]:
        """By container; empty for a pod that does not run."""
