"""What the API server does with an object between the request and the store, for every kind alike.

Handlers call this for clients, controllers for the cluster itself; both see the same errors.
"""

from __future__ import annotations

import random
from typing import Any

from bot.demo.kube import defaults, validation
from bot.demo.kube.clock import stamp
from bot.demo.kube.errors import ApiError, Cause, already_exists, bad_request, conflict, invalid, not_found
from bot.demo.kube.resources import BY_KIND, Resource
from bot.demo.kube.store import Obj, ObjectStore, clone

SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # no vowels, so that no words come out: apimachinery's rand
_NAMESPACE = BY_KIND["Namespace"]
_SERVER_FIELDS = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
)


class Registry:
    """Create, update and delete with the API's rules. ``random`` is seeded, so that a world's names repeat."""

    def __init__(self, store: ObjectStore, seed: int = 0) -> None:
        self.store = store
        self.random = random.Random(seed)  # noqa: S311 - names of simulated pods, not secrets

    def suffix(self, length: int = 5) -> str:
        return "".join(self.random.choice(SUFFIX_LETTERS) for _ in range(length))

    def get(self, resource: Resource, namespace: str, name: str) -> Obj:
        found = self.store.get(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def create(self, resource: Resource, namespace: str, obj: Obj, *, dry_run: bool = False) -> Obj:
        obj = clone(obj)
        meta = self._identify(resource, namespace, obj)
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = meta["generateName"] + self.suffix()
        for field in _SERVER_FIELDS:
            meta.pop(field, None)
        if meta.pop("resourceVersion", ""):
            raise bad_request("resourceVersion should not be set on objects to be created")
        if resource.namespaced and self.store.get(_NAMESPACE, "", namespace) is None:
            raise not_found(_NAMESPACE, namespace)
        if "status" in resource.subresources and resource.kind != "Node":
            obj.pop("status", None)
        defaults.fill(resource, obj)
        validation.check(resource, obj)
        if self.store.get(resource, meta.get("namespace", ""), meta["name"]):
            raise already_exists(resource, meta["name"])
        return obj if dry_run else self.store.create(resource, obj)

    def _identify(self, resource: Resource, namespace: str, obj: Obj) -> dict[str, Any]:
        kind, version = obj.get("kind", resource.kind), obj.get("apiVersion", resource.api_version)
        if kind != resource.kind:
            group = version.rpartition("/")[2]
            raise bad_request(
                f'{kind} in version "{version}" cannot be handled as a {resource.kind}: converting '
                f"({group}.{kind}) to ({resource.group.partition('.')[0] or 'core'}.{resource.kind}): "
                "unknown conversion"
            )
        obj["kind"], obj["apiVersion"] = resource.kind, resource.api_version
        meta: dict[str, Any] = obj.setdefault("metadata", {})
        if resource.namespaced:
            if meta.setdefault("namespace", namespace) != namespace:
                told = "the namespace of the provided object does not match the namespace sent on the request"
                raise bad_request(told)
        else:
            meta.pop("namespace", None)
        return meta

    def update(
        self, resource: Resource, namespace: str, name: str, obj: Obj, *, subresource: str = "", dry_run: bool = False
    ) -> Obj:
        """PUT, and the second half of PATCH. ``subresource`` ``status`` writes the status alone; else all but it."""
        given = (obj.get("metadata") or {}).get("name", "")
        if given != name:
            raise bad_request(f"the name of the object ({given}) does not match the name on the URL ({name})")
        old = self.get(resource, namespace, name)
        obj = clone(obj)
        meta = self._identify(resource, namespace, obj)
        version = meta.get("resourceVersion") or ""
        if not version and (resource.custom or resource.kind == "Lease"):
            cause = Cause("metadata.resourceVersion", "Invalid value: 0: must be specified for an update")
            raise invalid(resource.plural, resource.group, name, [cause])
        if version and version != old["metadata"]["resourceVersion"]:
            raise conflict(resource, name)
        new = self._merge_parts(resource, obj, old, subresource)
        if dry_run:
            return new
        if (
            not new["metadata"].get("finalizers")
            and old["metadata"].get("deletionTimestamp")
            and resource.kind != "Pod"
        ):
            return self.store.remove(resource, namespace, name)
        return self.store.replace(resource, new)

    def _merge_parts(self, resource: Resource, obj: Obj, old: Obj, subresource: str) -> Obj:
        if subresource == "status":
            return {**old, "status": obj.get("status") or {}}
        new = obj
        for field in _SERVER_FIELDS:
            new["metadata"].pop(field, None)
            if field in old["metadata"]:
                new["metadata"][field] = old["metadata"][field]
        if "status" in resource.subresources:
            new.pop("status", None)
            if "status" in old:
                new["status"] = old["status"]
        defaults.fill(resource, new)
        validation.check(resource, new, old)
        changed = new.get("spec") != old.get("spec")
        if resource.kind == "Deployment":  # and of this kind alone the annotations count, since the days of rollbacks
            changed |= (new["metadata"].get("annotations") or {}) != (old["metadata"].get("annotations") or {})
        if resource.has_generation and changed:
            new["metadata"]["generation"] = old["metadata"].get("generation", 1) + 1
        return new

    def set_status(self, resource: Resource, obj: Obj, status: dict[str, Any]) -> Obj:
        """A controller's write of a status; quietly nothing when the object has gone meanwhile."""
        meta = obj["metadata"]
        now = self.store.get(resource, meta.get("namespace", ""), meta["name"])
        if now is None or now["metadata"]["uid"] != meta["uid"]:
            return obj
        return self.store.replace(resource, {**now, "status": status})

    def delete(
        self, resource: Resource, namespace: str, name: str, options: dict[str, Any] | None = None
    ) -> Obj | None:
        """The object while it lingers (a pod's grace period, finalizers), None when it is gone."""
        old = self.get(resource, namespace, name)
        options = options or {}
        self._check_preconditions(resource, old, options.get("preconditions") or {})
        meta = old["metadata"]
        if resource.kind == "Pod":
            grace = self._grace(old, options.get("gracePeriodSeconds"))
            if grace is not None:
                return self._mark_deleted(resource, old, grace)
        elif meta.get("finalizers"):
            return self._mark_deleted(resource, old, 0)
        self.store.remove(resource, namespace, name)
        return None

    def _check_preconditions(self, resource: Resource, old: Obj, wanted: dict[str, str]) -> None:
        meta = old["metadata"]
        for field, told in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
            if wanted.get(field) and wanted[field] != meta[field]:
                why = f"Precondition failed: {told} in precondition: {wanted[field]}, "
                why += f"{told} in object meta: {meta[field]}"
                raise conflict(resource, meta["name"], why)

    def _grace(self, pod: Obj, asked: int | None) -> int | None:
        """Seconds the pod may linger; None when it goes at once (never scheduled, already finished, or forced)."""
        if not pod["spec"].get("nodeName") or pod["status"].get("phase") in ("Succeeded", "Failed"):
            return None
        grace = pod["spec"].get("terminationGracePeriodSeconds", 30) if asked is None else asked
        return int(grace) or None

    def _mark_deleted(self, resource: Resource, old: Obj, grace: int) -> Obj:
        if old["metadata"].get("deletionTimestamp"):
            return old
        meta = {
            **old["metadata"],
            "deletionTimestamp": stamp(self.store.clock.now() + grace),
            "deletionGracePeriodSeconds": grace,
        }
        if resource.has_generation:
            meta["generation"] = old["metadata"].get("generation", 1) + 1
        return self.store.replace(resource, {**old, "metadata": meta})

    def ignore_missing(self, resource: Resource, obj: Obj) -> None:
        """Delete for a controller: it does not matter when somebody else was faster."""
        meta = obj["metadata"]
        try:
            self.delete(resource, meta.get("namespace", ""), meta["name"])
        except ApiError as error:
            if error.code != 404:
                raise
