"""How many commands may run at once, of one person and in all. More are refused at once: a queue would only hide it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.errors import UserError


class Limits:
    def __init__(self, per_person: int, at_once: int) -> None:
        self._per_person = per_person
        self._at_once = at_once
        self._running: Counter[str] = Counter()

    @contextmanager
    def slot(self, person: str) -> Iterator[None]:
        """Held while a command runs. Raises UserError when there is none."""
        if self._running[person] >= self._per_person:
            count = self._running[person]
            raise UserError(
                f"Not done: {count} commands of yours still run.", "Wait for their answers, then try again."
            )
        if self._running.total() >= self._at_once:
            raise UserError("Not done: too many commands run at this moment.", "Try again in a few seconds.")
        self._running[person] += 1
        try:
            yield
        finally:
            self._running[person] -= 1
            if not self._running[person]:
                del self._running[person]
