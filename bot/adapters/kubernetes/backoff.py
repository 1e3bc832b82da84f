"""How long to wait after a failure: doubling, capped, with jitter so that many watches do not return in step."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """``rand`` answers a number in [0, 1); tests give their own."""

    def __init__(self, first: float, longest: float, rand: Callable[[], float] = random.random) -> None:
        self._first = first
        self._longest = longest
        self._rand = rand
        self.failures = 0  # in a row

    def next(self) -> float:
        """Seconds to wait after one more failure: between half of and the whole of first * 2^n, never over the cap."""
        whole = min(self._longest, self._first * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return whole * (0.5 + self._rand() / 2)

    def reset(self) -> None:
        """Something worked."""
        self.failures = 0
