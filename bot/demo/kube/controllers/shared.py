"""What every controller needs: owners, templates and their hashes, and the work queue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from bot.demo.kube.clock import Agenda
from bot.demo.kube.errors import ApiError
from bot.demo.kube.recorder import Recorder
from bot.demo.kube.registry import SUFFIX_LETTERS, Registry
from bot.demo.kube.resources import Resource
from bot.demo.kube.store import Obj, clone

REACTS = 0.03  # seconds from a change to the controller's answer


class Tools(msgspec.Struct, frozen=True):
    """What controllers share."""

    agenda: Agenda
    registry: Registry
    recorder: Recorder


class Controller:
    """Syncs one object at a time, named by its key; several changes in short order make one sync."""

    def __init__(self, tools: Tools, resource: Resource) -> None:
        self.agenda, self.registry, self.recorder = tools.agenda, tools.registry, tools.recorder
        self.store = tools.registry.store
        self.resource = resource

    def enqueue(self, namespace: str, name: str, delay: float = REACTS) -> None:
        key = (type(self).__name__, namespace, name, delay if delay > REACTS else 0)
        self.agenda.once(key, delay, lambda: self._run(namespace, name))

    def _run(self, namespace: str, name: str) -> None:
        obj = self.store.get(self.resource, namespace, name)
        if obj is None:
            return
        try:
            self.sync(obj)
        except ApiError as error:
            # Something went away or was changed meanwhile; what changed it brings this sync back.
            if error.code not in (404, 409):
                raise

    def sync(self, obj: Obj) -> None:
        raise NotImplementedError

    def enqueue_owner(self, obj: Obj) -> None:
        owner = controller_of(obj)
        if owner is not None and owner["kind"] == self.resource.kind:
            self.enqueue(obj["metadata"].get("namespace", ""), owner["name"])

    def owned(self, resource: Resource, owner: Obj) -> list[Obj]:
        meta = owner["metadata"]
        found = self.store.objects(resource, meta.get("namespace", ""))
        return [obj for obj in found if (controller_of(obj) or {}).get("uid") == meta["uid"]]


def controller_of(obj: Obj) -> dict[str, Any] | None:
    references = obj["metadata"].get("ownerReferences") or []
    return next((one for one in references if one.get("controller")), None)


def owner_reference(owner: Obj) -> dict[str, Any]:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def without_label(template: dict[str, Any], label: str) -> dict[str, Any]:
    """A pod template as its owner wrote it: without the hash that the controller added."""
    copied: dict[str, Any] = clone(template)
    (copied.get("metadata") or {}).get("labels", {}).pop(label, None)
    copied.setdefault("metadata", {}).pop("creationTimestamp", None)
    return copied


def template_hash(template: dict[str, Any]) -> str:
    """Ten letters that change with the template, in the alphabet of the real ones."""
    digest = hashlib.sha256(msgspec.json.encode(template, order="sorted")).digest()
    return "".join(SUFFIX_LETTERS[byte % len(SUFFIX_LETTERS)] for byte in digest[:9])


def share(value: Any, total: int, *, up: bool) -> int:
    """``25%`` of a number of replicas, or a plain count."""
    if isinstance(value, int):
        return value
    part = int(str(value).rstrip("%")) * total / 100
    return int(-(-part // 1)) if up else int(part // 1)


def is_ready(pod: Obj) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def is_active(pod: Obj) -> bool:
    phase = (pod.get("status") or {}).get("phase")
    return phase not in ("Succeeded", "Failed") and not pod["metadata"].get("deletionTimestamp")


def set_condition(
    conditions: list[dict[str, Any]], new: dict[str, Any], now: str, *, updated: bool = True
) -> list[dict[str, Any]]:
    """The list with one condition replaced; its times move as controllers move them."""
    old = next((one for one in conditions if one["type"] == new["type"]), None)
    if old is not None and all(old.get(key) == value for key, value in new.items()):
        return conditions
    moved = old["lastTransitionTime"] if old is not None and old["status"] == new["status"] else now
    entry = {**new, "lastTransitionTime": moved, **({"lastUpdateTime": now} if updated else {})}
    return [one for one in conditions if one["type"] != new["type"]] + [entry]


def add_up(objects: Iterable[Obj], read: Callable[[Obj], int]) -> int:
    return sum(read(obj) for obj in objects)
