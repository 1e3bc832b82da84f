"""What was last seen of one cluster: ``alerts.ports.Observed``, written by the reflectors alone."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from msgspec.structs import force_setattr

from bot.core.objects import Object, Pod

Key = tuple[str, str]
"""Namespace (empty for cluster-scoped kinds) and name."""


def key_of(found: Any) -> Key:
    return found.metadata.namespace or "", found.metadata.name


class Cache:
    """Objects by kind, namespace and name, and by uid. One thread: the event loop's."""

    def __init__(self, cluster: str) -> None:
        self.cluster = cluster
        self._named: dict[str, dict[str, dict[str, Object]]] = {}
        self._by_uid: dict[str, dict[str, Object]] = {}
        self._waiting: dict[str, set[str]] = {}

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        return self._named.get(kind, {}).get(namespace, {}).get(name)

    def by_uid(self, kind: str, uid: str) -> Object | None:
        return self._by_uid.get(kind, {}).get(uid)

    def items(self, kind: str, namespace: str = "") -> Iterable[Object]:
        """A copy: it stays whole while the cluster changes."""
        spaces = self._named.get(kind, {})
        if namespace:
            return list(spaces.get(namespace, {}).values())
        return [found for space in spaces.values() for found in space.values()]

    def watches(self, kind: str) -> bool:
        return kind in self._waiting

    def synced(self, kind: str) -> bool:
        return kind in self._waiting and not self._waiting[kind]

    def count(self, kind: str) -> int:
        return len(self._by_uid.get(kind, {}))

    def expect(self, kind: str, namespace: str = "") -> None:
        """A list of this kind (of one namespace when given) is still to come."""
        self._waiting.setdefault(kind, set()).add(namespace)

    def arrived(self, kind: str, namespace: str = "") -> None:
        """That list has been taken in."""
        self._waiting.setdefault(kind, set()).discard(namespace)

    def keys(self, kind: str, namespace: str = "") -> list[Key]:
        spaces = self._named.get(kind, {})
        wanted = [namespace] if namespace else list(spaces)
        return [(space, name) for space in wanted for name in spaces.get(space, {})]

    def put(self, kind: str, found: Any) -> None:
        _share(found)
        namespace, name = key_of(found)
        space = self._named.setdefault(kind, {}).setdefault(namespace, {})
        uids = self._by_uid.setdefault(kind, {})
        old = space.get(name)
        if old is not None and old.metadata.uid != found.metadata.uid:
            uids.pop(old.metadata.uid, None)
        space[name] = found
        uids[found.metadata.uid] = found

    def drop(self, kind: str, key: Key) -> Object | None:
        """Forget; returns what was known."""
        space = self._named.get(kind, {}).get(key[0], {})
        old = space.pop(key[1], None)
        if old is not None:
            self._by_uid[kind].pop(old.metadata.uid, None)
            if not space:
                del self._named[kind][key[0]]
        return old


def _share(found: Any) -> None:
    """Keep one copy of the strings that thousands of objects repeat. The struct is ours and nobody has seen it yet."""
    meta = found.metadata
    if meta.namespace:
        force_setattr(meta, "namespace", sys.intern(meta.namespace))
    for owner in meta.owner_references or ():
        force_setattr(owner, "name", sys.intern(owner.name))
        force_setattr(owner, "kind", sys.intern(owner.kind))
        force_setattr(owner, "uid", sys.intern(owner.uid))
        force_setattr(owner, "api_version", sys.intern(owner.api_version))
    labels = meta.labels
    if labels:
        for label, value in labels.items():
            labels[label] = sys.intern(value)
    if isinstance(found, Pod):
        _share_pod(found)


def _share_pod(pod: Pod) -> None:
    if pod.spec.node_name:
        force_setattr(pod.spec, "node_name", sys.intern(pod.spec.node_name))
    for container in (*(pod.spec.containers or ()), *(pod.spec.init_containers or ())):
        force_setattr(container, "name", sys.intern(container.name))
        if container.image:
            force_setattr(container, "image", sys.intern(container.image))
    for status in (*(pod.status.container_statuses or ()), *(pod.status.init_container_statuses or ())):
        force_setattr(status, "name", sys.intern(status.name))
        if status.image:
            force_setattr(status, "image", sys.intern(status.image))
    for condition in pod.status.conditions or ():
        force_setattr(condition, "type", sys.intern(condition.type))
        force_setattr(condition, "status", sys.intern(condition.status))
