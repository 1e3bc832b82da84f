"""The ports that ``alerts`` and ``commands`` share; adapters implement them, contract tests hold both sides.

A port that only one of the two needs stands in that package's own ``ports.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from bot.core.message import Message
from bot.core.objects import Event
from bot.core.ref import Kind, Ref

ANY_VERSION = -1


class Record(msgspec.Struct, frozen=True):
    """One value in the store. ``version`` starts at 1 and rises by 1 with each put."""

    key: str
    value: bytes
    version: int


class Store(Protocol):
    """Durable key-value state. A call that returns has been written to disk (or to DynamoDB).

    Keys are ``area/rest`` in ASCII: ``incident/…``, ``audit/…``. Fails closed: any trouble is a StoreError.
    """

    async def get(self, key: str) -> Record | None:
        """The record, or None when it is missing or past its time to live."""

    async def put(self, key: str, value: bytes, *, expect: int = ANY_VERSION, ttl: float | None = None) -> int:
        """Write and return the new version.

        ``expect``: ANY_VERSION writes always; 0 only when the key does not exist; n only over version n.
        ``ttl``: seconds from now after which the record is gone; None keeps it.
        Raises VersionConflict.
        """

    async def query(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[Record]:
        """Records whose key starts with ``prefix`` in key order, those past ``after`` only."""

    async def delete(self, key: str, *, expect: int = ANY_VERSION) -> bool:
        """True when something was deleted. Raises VersionConflict."""

    async def close(self) -> None: ...


class Posted(msgspec.Struct, frozen=True):
    """Where a message stands: channel id and Slack's ``ts``."""

    channel: str
    ts: str


class Messenger(Protocol):
    """Outbound Slack. Raises SendLater or SendNever; retries within one call only what cannot duplicate."""

    async def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False, key: str = ""
    ) -> Posted:
        """Post to a channel (id or ``#name``), or into the thread of ``thread`` (a ts).

        ``key`` is put into the message's metadata so that ``find`` can recognise it after a crash.
        ``broadcast`` also shows a thread reply in the channel.
        """

    async def update(self, posted: Posted, message: Message, *, key: str = "") -> None:
        """Edit in place. Idempotent. ``key`` as at post (an update without metadata would drop it)."""

    async def find(self, channel: str, key: str, *, since: float, thread: str = "") -> Posted | None:
        """Our own message with this ``key``, posted at or after ``since`` (epoch seconds); None when there is none."""

    async def upload(self, channel: str, name: str, content: bytes, *, title: str = "", thread: str = "") -> None:
        """Share a file in a channel or thread."""


class Log(msgspec.Struct, frozen=True):
    """Part of a container's log. ``cut``: more was there than was read (only the newest lines are kept)."""

    text: str
    previous: bool = False
    cut: bool = False


class Reader(Protocol):
    """Reads from one cluster. Raises KubeError's children; every call has a time limit."""

    cluster: str

    async def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any]:
        """The whole object as JSON. ``namespace`` is empty for cluster-scoped kinds."""

    async def list(
        self, kind: Kind, namespace: str = "", *, labels: str = "", fields: str = "", limit: int = 500
    ) -> list[dict[str, Any]]:
        """Whole objects, at most ``limit`` of them. ``labels`` and ``fields`` are selectors in Kubernetes' syntax."""

    async def events(self, ref: Ref) -> Sequence[Event]:
        """Events about the object, oldest first; only of this very uid when ``ref.uid`` is known."""

    async def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        previous: bool = False,
        since_seconds: int | None = None,
        tail: int | None = None,
        timestamps: bool = False,
        limit_bytes: int = 1_000_000,
    ) -> Log:
        """A container's log, undecodable bytes replaced; the newest ``limit_bytes`` when it is longer."""

    async def usage(self, namespace: str, pod: str) -> dict[str, dict[str, str]] | None:
        """Container -> {"cpu": "12m", "memory": "123Ki", "timestamp": …} from metrics.k8s.io; None where there is no
        metrics server. The timestamp (of Kubernetes) is when it was measured; it may be missing."""
