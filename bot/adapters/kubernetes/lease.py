"""Which replica leads: one record in coordination.k8s.io/v1 Leases, with client-go's rules.

Clocks of two machines differ, so the times in the record are never compared with ours. A lease is over when **we** have
seen its record unchanged for its duration. Whoever cannot renew within ``renew_within`` stops leading before that.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.adapters.kubernetes.transport import Transport, segment
from bot.core.errors import Conflict, KubeError, NotFound
from bot.core.times import Seconds

_log = logging.getLogger(__name__)


class LeaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str = "watchkeeper"
    """Name of the Lease object."""
    duration: Seconds = Seconds(15)
    """Others wait so long after the last renewal that they saw."""
    renew_within: Seconds = Seconds(10)
    """A leader that could not renew for so long stops leading; below ``duration``, so that two never lead at once."""
    retry: Seconds = Seconds(2)
    """Between two tries to get or to renew the lease; also the time limit of one request."""

    def __post_init__(self) -> None:
        if not self.retry < self.renew_within < self.duration:
            raise ValueError("needs retry < renew_within < duration")


class Election:
    """``run`` takes part; ``started`` and ``lost`` are called at each change. ``clock`` is monotonic, ``wall`` UTC."""

    def __init__(
        self,
        transport: Transport,
        namespace: str,
        identity: str,
        *,
        settings: LeaseSettings | None = None,
        started: Callable[[], None],
        lost: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self.identity = identity
        self.leading = False
        self.holder = ""
        self._transport = transport
        self._settings = settings or LeaseSettings()
        self._leases = f"/apis/coordination.k8s.io/v1/namespaces/{segment(namespace)}/leases"
        self._path = f"{self._leases}/{segment(self._settings.name)}"
        self._started = started
        self._lost = lost
        self._clock = clock
        self._wall = wall
        self._sleep = sleep
        self._rand = rand
        self._seen: dict[str, Any] | None = None
        self._seen_at = 0.0
        self._renewed_at = 0.0

    async def run(self) -> None:
        """Until cancelled; then the lease is given back, so that another replica need not wait for its end."""
        try:
            while True:
                await self.step()
                await self._sleep(self._settings.retry * (0.9 + 0.2 * self._rand()))
        finally:
            await self._release()

    async def step(self) -> None:
        """One try to get or to renew, and the consequences."""
        began = self._clock()
        try:
            mine = await self._try()
        except KubeError as error:
            _log.warning("lease %s: %s", self._settings.name, error)
            mine = False
        if mine:
            self._renewed_at = began  # not when the answer came: others count from when it was written
            self._lead(True)
        elif self.leading and (
            self.holder != self.identity or self._clock() - self._renewed_at >= self._settings.renew_within
        ):
            self._lead(False)

    def _lead(self, leading: bool) -> None:
        if leading == self.leading:
            return
        self.leading = leading
        _log.info("%s %s", self.identity, "leads now" if leading else "leads no longer")
        (self._started if leading else self._lost)()

    async def _try(self) -> bool:
        """True when the lease is ours now."""
        try:
            lease = await self._read()
        except NotFound:
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": self._settings.name}}
            return await self._write("POST", self._leases, {**body, "spec": self._record(None)})
        spec = lease.get("spec") or {}
        if spec != self._seen:
            self._seen, self._seen_at = spec, self._clock()
        self.holder = spec.get("holderIdentity") or ""
        if self.holder and self.holder != self.identity:
            lasts = spec.get("leaseDurationSeconds") or self._settings.duration
            if self._clock() - self._seen_at < lasts:
                return False
        return await self._write("PUT", self._path, {**lease, "spec": self._record(spec)})

    async def _read(self) -> dict[str, Any]:
        body = await self._transport.request("GET", self._path, timeout=self._settings.retry)
        found: dict[str, Any] = msgspec.json.decode(body)
        return found

    async def _write(self, method: str, path: str, lease: dict[str, Any]) -> bool:
        """Conflict means that another replica was quicker; its record is read at the next try."""
        try:
            answer = await self._transport.send_json(method, path, lease, timeout=self._settings.retry)
        except Conflict:
            return False
        self._seen, self._seen_at = answer.get("spec") or {}, self._clock()
        self.holder = self.identity
        return True

    def _record(self, old: dict[str, Any] | None) -> dict[str, Any]:
        now = datetime.fromtimestamp(self._wall(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        old = old or {}
        mine = old.get("holderIdentity") == self.identity
        return {
            "holderIdentity": self.identity,
            "leaseDurationSeconds": int(self._settings.duration),
            "acquireTime": old.get("acquireTime", now) if mine else now,
            "renewTime": now,
            "leaseTransitions": (old.get("leaseTransitions") or 0) + (0 if mine or not old else 1),
        }

    async def _release(self) -> None:
        if not self.leading:
            return
        self._lead(False)
        try:
            lease = await self._read()
            spec = lease.get("spec") or {}
            if spec.get("holderIdentity") == self.identity:
                empty = {**self._record(spec), "holderIdentity": "", "leaseDurationSeconds": 1}
                await self._write("PUT", self._path, {**lease, "spec": empty})
        except KubeError as error:
            _log.warning("lease %s could not be given back: %s", self._settings.name, error)
