"""Deployments: a ReplicaSet for each template, revisions, and the rolling update between them."""

from __future__ import annotations

from typing import Any

from bot.core.times import parse_time
from bot.demo.kube.clock import stamp
from bot.demo.kube.controllers.shared import (
    Controller,
    Tools,
    add_up,
    owner_reference,
    set_condition,
    share,
    template_hash,
    without_label,
)
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj, clone

_REPLICA_SET = BY_KIND["ReplicaSet"]
_HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
_HISTORY = "deployment.kubernetes.io/revision-history"
_DESIRED, _MAX = "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"
_NOT_COPIED = {"kubectl.kubernetes.io/last-applied-configuration", REVISION, _HISTORY, _DESIRED, _MAX}


def revision_of(obj: Obj) -> int:
    return int((obj["metadata"].get("annotations") or {}).get(REVISION, 0))


def _replicas(obj: Obj) -> int:
    return int(obj["spec"].get("replicas", 0))


def _count(field: str) -> Any:
    return lambda obj: (obj.get("status") or {}).get(field, 0)


class Deployments(Controller):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, BY_KIND["Deployment"])

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type != "DELETED":
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"])
        elif change.resource is _REPLICA_SET:
            self.enqueue_owner(change.new)

    def sync(self, obj: Obj) -> None:
        if obj["metadata"].get("deletionTimestamp"):
            return
        sets = self.owned(_REPLICA_SET, obj)
        wanted = without_label(obj["spec"]["template"], _HASH)
        new = next((one for one in sets if without_label(one["spec"]["template"], _HASH) == wanted), None)
        old = [one for one in sets if one is not new]
        if obj["spec"].get("paused"):
            self._write_status(obj, new, old)
            return
        if new is None:
            # Creating it is a change of its own, which brings this sync back; so does the revision.
            self._create_set(obj, old)
            return
        new = self._number(obj, new, old)
        if not self._scaled_as_one(obj, new, old):
            if obj["spec"]["strategy"]["type"] == "Recreate":
                self._recreate(obj, new, old)
            else:
                self._roll(obj, new, old)
        now = self.registry.get(self.resource, obj["metadata"]["namespace"], obj["metadata"]["name"])
        sets = self.owned(_REPLICA_SET, now)
        uid = new["metadata"]["uid"]
        fresh = next((one for one in sets if one["metadata"]["uid"] == uid), None)
        self._write_status(now, fresh, [one for one in sets if one is not fresh])
        if fresh is not None and self._complete(now):
            self._clean_up(now, [one for one in sets if one is not fresh])

    # -- replica sets and revisions

    def _limits(self, obj: Obj) -> tuple[int, int]:
        """(maxSurge, maxUnavailable) as numbers of pods."""
        rolling = obj["spec"]["strategy"].get("rollingUpdate") or {}
        surge = share(rolling.get("maxSurge", 0), _replicas(obj), up=True)
        unavailable = share(rolling.get("maxUnavailable", 0), _replicas(obj), up=False)
        return surge, unavailable if surge or unavailable else 1

    def _create_set(self, obj: Obj, old: list[Obj]) -> None:
        meta = obj["metadata"]
        template = without_label(obj["spec"]["template"], _HASH)
        digest = template_hash(template)
        template["metadata"].setdefault("labels", {})[_HASH] = digest
        revision = max(map(revision_of, old), default=0) + 1
        surge, _ = self._limits(obj)
        room = _replicas(obj) + surge - add_up(old, _replicas)
        recreate = obj["spec"]["strategy"]["type"] == "Recreate" and add_up(old, _replicas) > 0
        size = 0 if recreate else max(0, min(_replicas(obj), room))
        selector = clone(obj["spec"]["selector"])
        selector.setdefault("matchLabels", {})[_HASH] = digest
        annotations = self._annotations(obj, revision)
        replica_set = {
            "metadata": {
                "name": f"{meta['name']}-{digest}",
                "namespace": meta["namespace"],
                "labels": dict(template["metadata"]["labels"]),
                "annotations": annotations,
                "ownerReferences": [owner_reference(obj)],
            },
            "spec": {"replicas": size, "selector": selector, "template": template},
        }
        if obj["spec"].get("minReadySeconds"):
            replica_set["spec"]["minReadySeconds"] = obj["spec"]["minReadySeconds"]
        self.registry.create(_REPLICA_SET, meta["namespace"], replica_set)
        if size:
            self._tell(obj, f"Scaled up replica set {meta['name']}-{digest} from 0 to {size}")
        told = f'Created new replica set "{meta["name"]}-{digest}"'
        self._mark(obj, revision, "NewReplicaSetCreated", told)

    def _annotations(self, obj: Obj, revision: int) -> dict[str, str]:
        surge, _ = self._limits(obj)
        mine = obj["metadata"].get("annotations") or {}
        kept = {key: value for key, value in mine.items() if key not in _NOT_COPIED}
        wanted = _replicas(obj)
        return {**kept, REVISION: str(revision), _DESIRED: str(wanted), _MAX: str(wanted + surge)}

    def _number(self, obj: Obj, new: Obj, old: list[Obj]) -> Obj:
        """The newest template carries the highest revision: one that comes back (an undo) is numbered anew."""
        have, highest = revision_of(new), max(map(revision_of, old), default=0)
        if have > highest:
            if revision_of(obj) != have:
                self._mark(obj, have, "FoundNewReplicaSet", f'Found new replica set "{new["metadata"]["name"]}"')
            return new
        annotations = dict(new["metadata"].get("annotations") or {})
        history = [part for part in annotations.get(_HISTORY, "").split(",") if part]
        annotations |= self._annotations(obj, highest + 1)
        annotations[_HISTORY] = ",".join([*history, str(have)])
        renumbered = self.store.replace(
            _REPLICA_SET, {**new, "metadata": {**new["metadata"], "annotations": annotations}}
        )
        told = f'Found new replica set "{new["metadata"]["name"]}"'
        self._mark(obj, highest + 1, "FoundNewReplicaSet", told)
        return renumbered

    def _mark(self, obj: Obj, revision: int, reason: str, told: str) -> None:
        annotations = {**(obj["metadata"].get("annotations") or {}), REVISION: str(revision)}
        status = clone(obj.get("status") or {})
        condition = {"type": "Progressing", "status": "True", "reason": reason, "message": told}
        status["conditions"] = set_condition(status.get("conditions") or [], condition, stamp(self.agenda.now()))
        changed = {**obj, "metadata": {**obj["metadata"], "annotations": annotations}, "status": status}
        self.store.replace(self.resource, changed)

    # -- scaling

    def _scale(self, obj: Obj, replica_set: Obj, size: int) -> None:
        have = _replicas(replica_set)
        meta = {**replica_set["metadata"]}
        meta["annotations"] = {**(meta.get("annotations") or {}), **self._annotations(obj, revision_of(replica_set))}
        if size != have:
            meta["generation"] = meta.get("generation", 1) + 1
        self.store.replace(
            _REPLICA_SET, {**replica_set, "metadata": meta, "spec": {**replica_set["spec"], "replicas": size}}
        )
        if size != have:
            way = "up" if size > have else "down"
            self._tell(obj, f"Scaled {way} replica set {meta['name']} from {have} to {size}")

    def _tell(self, obj: Obj, text: str) -> None:
        self.recorder.tell(obj, "ScalingReplicaSet", text, component="deployment-controller")

    def _scaled_as_one(self, obj: Obj, new: Obj, old: list[Obj]) -> bool:
        """Nothing to roll: the size alone may have changed."""
        if any(_replicas(one) for one in old) or _replicas(new) == _replicas(obj):
            return False
        if (obj.get("status") or {}).get("updatedReplicas", 0) == 0 and _replicas(new) == 0 and _replicas(obj):
            return False
        self._scale(obj, new, _replicas(obj))
        return True

    def _recreate(self, obj: Obj, new: Obj, old: list[Obj]) -> None:
        for one in old:
            if _replicas(one):
                self._scale(obj, one, 0)
        if not add_up(old, _count("replicas")) and _replicas(new) < _replicas(obj):
            self._scale(obj, new, _replicas(obj))

    def _roll(self, obj: Obj, new: Obj, old: list[Obj]) -> None:
        surge, max_unavailable = self._limits(obj)
        total = _replicas(new) + add_up(old, _replicas)
        if _replicas(new) > _replicas(obj):
            self._scale(obj, new, _replicas(obj))
            return
        room = min(_replicas(obj) - _replicas(new), _replicas(obj) + surge - total)
        if room > 0:
            self._scale(obj, new, _replicas(new) + room)
            return
        # Old pods may go while enough others are available; those that are not available go first and freely.
        floor = _replicas(obj) - max_unavailable
        unavailable_new = _replicas(new) - _count("availableReplicas")(new)
        spare = total - floor - unavailable_new
        if spare <= 0:
            return
        for one in sorted(old, key=revision_of):
            dead = min(_replicas(one) - _count("availableReplicas")(one), spare)
            if dead > 0 and _count("replicas")(one) == _replicas(one):
                self._scale(obj, one, _replicas(one) - dead)
                return
        available = _count("availableReplicas")(new) + add_up(old, _count("availableReplicas"))
        can_go = available - floor
        for one in sorted(old, key=revision_of):
            step = min(_replicas(one), can_go)
            if step > 0:
                self._scale(obj, one, _replicas(one) - step)
                return

    def _clean_up(self, obj: Obj, old: list[Obj]) -> None:
        kept = int(obj["spec"].get("revisionHistoryLimit", 10))
        empty = sorted((one for one in old if not _replicas(one) and not _count("replicas")(one)), key=revision_of)
        for one in empty[: max(0, len(old) - kept)]:
            self.registry.ignore_missing(_REPLICA_SET, one)

    # -- status

    def _complete(self, obj: Obj) -> bool:
        status, wanted = obj.get("status") or {}, _replicas(obj)
        counts = [status.get(key, 0) for key in ("updatedReplicas", "replicas", "availableReplicas")]
        return counts == [wanted] * 3 and status.get("observedGeneration") == obj["metadata"]["generation"]

    def _write_status(self, obj: Obj, new: Obj | None, old: list[Obj]) -> None:
        sets = [*old, *([new] if new else [])]
        now, before = stamp(self.agenda.now()), obj.get("status") or {}
        wanted = _replicas(obj)
        available = add_up(sets, _count("availableReplicas"))
        total = add_up(sets, _replicas)
        counts = {
            "replicas": add_up(sets, _count("replicas")),
            "updatedReplicas": _count("replicas")(new) if new else 0,
            "readyReplicas": add_up(sets, _count("readyReplicas")),
            "availableReplicas": available,
            "unavailableReplicas": max(0, total - available),
        }
        status: dict[str, Any] = {"observedGeneration": obj["metadata"]["generation"]}
        status |= {key: value for key, value in counts.items() if value}
        conditions = before.get("conditions") or []
        enough = available >= wanted - (self._limits(obj)[1] if obj["spec"]["strategy"]["type"] != "Recreate" else 0)
        reason, told = (
            ("MinimumReplicasAvailable", "Deployment has minimum availability.")
            if enough
            else ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        )
        have = {"type": "Available", "status": "True" if enough else "False", "reason": reason, "message": told}
        conditions = set_condition(conditions, have, now)
        if new is not None:
            conditions = self._progress(obj, new, status, before, conditions, now)
        if conditions:
            status["conditions"] = conditions
        self.registry.set_status(self.resource, obj, status)

    def _progress(  # noqa: PLR0917 - read in the order of the names
        self,
        obj: Obj,
        new: Obj,
        status: dict[str, Any],
        before: dict[str, Any],
        conditions: list[dict[str, Any]],
        now: str,
    ) -> list[dict[str, Any]]:
        name, wanted = new["metadata"]["name"], _replicas(obj)
        old = next((one for one in conditions if one["type"] == "Progressing"), None)
        good = {"type": "Progressing", "status": "True"}
        done = [status.get(key, 0) for key in ("updatedReplicas", "replicas", "availableReplicas")] == [wanted] * 3
        if done:
            told = f'ReplicaSet "{name}" has successfully progressed.'
            return set_condition(conditions, {**good, "reason": "NewReplicaSetAvailable", "message": told}, now)
        if old is not None and old["reason"] == "NewReplicaSetAvailable":
            return conditions  # a finished roll-out stays finished when pods fail later
        moving = ("updatedReplicas", "readyReplicas", "availableReplicas")
        if any(status.get(key, 0) > before.get(key, 0) for key in moving) or status.get("replicas", 0) < before.get(
            "replicas", 0
        ):
            told = f'ReplicaSet "{name}" is progressing.'
            kept = [one for one in conditions if one["type"] != "Progressing"]
            entry = {**good, "reason": "ReplicaSetUpdated", "message": told, "lastUpdateTime": now}
            stay = old["lastTransitionTime"] if old is not None and old["status"] == "True" else now
            return [*kept, {**entry, "lastTransitionTime": stay}]
        deadline = float(obj["spec"].get("progressDeadlineSeconds", 600))
        since = parse_time((old or {}).get("lastUpdateTime")) or self.agenda.now()
        if self.agenda.now() - since >= deadline:
            told = f'ReplicaSet "{name}" has timed out progressing.'
            late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": told}
            return set_condition(conditions, late, now)
        self.enqueue(obj["metadata"]["namespace"], obj["metadata"]["name"], deadline - (self.agenda.now() - since) + 1)
        return conditions
