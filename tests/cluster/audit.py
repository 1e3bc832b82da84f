"""The API server's audit log: what was really asked for, by whom and with which user agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cluster.waiting import wait_until

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


class AuditLog:
    """The entries since this object was made, or since ``mark``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self.mark()

    def mark(self) -> None:
        """Forget what was so far."""
        self._offset = self._path.stat().st_size

    def entries(self, agent: str = "", **fields: str) -> list[dict[str, Any]]:
        """Those whose user agent begins so and whose fields are as given.

        A field is one of the entry itself (``verb="get"``), of what it is about (``resource="pods"``, ``namespace=``,
        ``name=``, ``subresource=``), or ``user=``.
        """
        with self._path.open("rb") as log:
            log.seek(self._offset)
            lines = log.read().split(b"\n")[:-1]  # the last one is empty, or still being written
        found = (json.loads(line) for line in lines)
        return [entry for entry in found if _matches(entry, agent, fields)]

    def wait(self, agent: str = "", timeout: float = 10, **fields: str) -> list[dict[str, Any]]:
        """The same, when there is at least one: an entry may be written just after the answer was sent."""
        what = f"an audit entry by {agent or 'anyone'} with {fields}"
        found: list[dict[str, Any]] = wait_until(lambda: self.entries(agent, **fields), timeout, what)
        return found

    def writes(self, agent: str = "", **fields: str) -> list[dict[str, Any]]:
        """What would have changed something."""
        return [entry for entry in self.entries(agent, **fields) if entry["verb"] in WRITES]


def _matches(entry: dict[str, Any], agent: str, fields: dict[str, str]) -> bool:
    flat = {**entry.get("objectRef", {}), **entry, "user": entry.get("user", {}).get("username", "")}
    return entry.get("userAgent", "").startswith(agent) and all(flat.get(key) == value for key, value in fields.items())
