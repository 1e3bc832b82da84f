"""What alerts need from the outside: the observed state of a cluster, and being told when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bot.core.objects import Object


class Observed(Protocol):
    """The watched objects of one cluster as last seen. Reads only memory; never blocks."""

    cluster: str

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """``namespace`` is empty for cluster-scoped kinds."""

    def by_uid(self, kind: str, uid: str) -> Object | None: ...

    def items(self, kind: str, namespace: str = "") -> Iterable[Object]:
        """All objects of a kind, of one namespace when given."""

    def watches(self, kind: str) -> bool:
        """Whether this kind is watched at all: if not, that an object is missing here says nothing."""

    def synced(self, kind: str) -> bool:
        """True once the first complete list of this kind has been taken in."""


class WatchSink(Protocol):
    """Who is told what a cluster's reflectors see. Every method is synchronous and quick: it runs on the watch path.

    Order for one kind: ``changed`` for each object of the first list, ``listed``, then ``changed`` as things happen.
    After a gap (410 Gone, a lost connection) the fresh list is compared with what was known: ``changed`` for each
    difference (deletions too), then ``listed`` again.
    """

    def changed(self, cluster: str, kind: str, old: Object | None, new: Object | None) -> None:
        """``old`` is None for an object not known before; ``new`` is None for a deleted one."""

    def listed(self, cluster: str, kind: str) -> None:
        """A complete list has been taken in."""

    def unreachable(self, cluster: str, why: str) -> None:
        """The API server gave no answer for a while: its state is unknown. Told once until ``reachable``."""

    def reachable(self, cluster: str) -> None:
        """It answers again; lists follow."""
