"""Slack's rates: so many calls of a method a minute, one post a second and channel. Off unless switched on."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from bot.demo.slack.model import Clock, Json

MINUTE = 60.0
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute
POSTS_PER_MINUTE = 300  # "several hundred" for a workspace
POST_BURST = 2  # Slack forgives a short burst in one channel


class Rates:
    def __init__(self, clock: Clock, *, enabled: bool = False) -> None:
        self.clock = clock
        self.enabled = enabled
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def _wait(self, key: str, most: int, window: float) -> float:
        """Seconds until one more is allowed; counts it when that is now."""
        now, calls = self.clock(), self._calls[key]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= most:
            return calls[0] + window - now
        calls.append(now)
        return 0.0

    def refuse(self, method: str, tier: int, args: Json) -> int:
        """Seconds for Retry-After; 0 when the call may go on."""
        if not self.enabled:
            return 0
        if method == "chat.postMessage":
            wait = self._wait(f"{method} {args.get('channel')}", POST_BURST, POST_BURST) or self._wait(
                method, POSTS_PER_MINUTE, MINUTE
            )
        else:
            wait = self._wait(method, TIERS.get(tier, TIERS[4]), MINUTE)
        return math.ceil(wait)
