"""Argo Rollouts' canaries: steps, pauses, promotion, abort, undo. Blue-green and analyses are not simulated."""

from __future__ import annotations

from typing import Any

from bot.core.times import parse_duration, parse_time
from bot.demo.kube.clock import stamp
from bot.demo.kube.controllers.rolloutstatus import (
    completed,
    finish_status,
    number,
    revision_of,
    size_of,
    step_text,
    weight_at,
)
from bot.demo.kube.controllers.shared import Controller, Tools, owner_reference, template_hash, without_label
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.selectors import to_text
from bot.demo.kube.store import Change, Obj, clone

_REPLICA_SET = BY_KIND["ReplicaSet"]
HASH = "rollouts-pod-template-hash"
REVISION = "rollout.argoproj.io/revision"


class Rollouts(Controller):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, BY_KIND["Rollout"])

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type != "DELETED":
            if change.type == "ADDED":
                where = f"{change.new['metadata']['namespace']}/{change.new['metadata']['name']}"
                self._tell(change.new, "RolloutAddedToInformer", f"Rollout resource added to informer: {where}")
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"], 0.2)
        elif change.resource is _REPLICA_SET:
            self.enqueue_owner(change.new)

    def sync(self, obj: Obj) -> None:
        sets = self.owned(_REPLICA_SET, obj)
        template = without_label(obj["spec"]["template"], HASH)
        # By hash: the ReplicaSet's copy of the template has the API server's defaults in it, the Rollout's has not.
        digest = template_hash(template)
        new = next((one for one in sets if one["metadata"]["labels"].get(HASH) == digest), None)
        if new is None:
            self._create_set(obj, template, sets)
            return
        status = clone(obj.get("status") or {})
        status.pop("message", None)
        steps = obj["spec"]["strategy"]["canary"].get("steps") or []
        new, obj = self._number(obj, new, sets)
        if status.get("currentPodHash") != digest:
            same = status.get("stableRS") == digest or "stableRS" not in status
            status |= {"currentPodHash": digest, "currentStepIndex": len(steps) if same else 0}
            for field in ("pauseConditions", "controllerPause", "abort", "abortedAt", "promoteFull"):
                status.pop(field, None)
        stable = next((one for one in sets if one["metadata"]["labels"].get(HASH) == status.get("stableRS")), None)
        others = [one for one in sets if one["metadata"]["uid"] not in _uids(new, stable)]
        self._step(obj, status, steps, new, stable if stable is not None and _uids(stable) != _uids(new) else None)
        for one in others:
            self._scale(obj, one, 0)
        self._finish(obj, status, new)

    # -- steps

    def _step(
        self, obj: Obj, status: dict[str, Any], steps: list[dict[str, Any]], new: Obj, stable: Obj | None
    ) -> None:
        wanted = number(obj)
        if stable is None:
            self._scale(obj, new, wanted)
            if status.get("stableRS") is None and size_of(new, "availableReplicas") >= wanted:
                status["stableRS"] = status["currentPodHash"]
                self._complete(obj, new, "Initial deploy")
            return
        if status.get("abort"):
            status.setdefault("abortedAt", stamp(self.agenda.now()))
            status["currentStepIndex"] = 0
            for field in ("pauseConditions", "controllerPause"):
                status.pop(field, None)
            self._scale(obj, stable, wanted)
            self._scale(obj, new, 0)
            return
        status.pop("abortedAt", None)
        if status.get("promoteFull"):
            status["currentStepIndex"] = len(steps)
            status.pop("pauseConditions", None)
            status["controllerPause"] = False
        index = min(int(status.get("currentStepIndex") or 0), len(steps))
        if index == len(steps):
            self._last_step(obj, status, steps, new, stable)
        elif not obj["spec"].get("paused"):
            self._canary_step(obj, status, steps, index, new, stable)

    def _last_step(self, obj: Obj, status: dict[str, Any], steps: list[dict[str, Any]], new: Obj, stable: Obj) -> None:
        wanted = number(obj)
        self._scale(obj, new, wanted)
        if size_of(new, "availableReplicas") >= wanted:
            self._scale(obj, stable, 0)
            status["stableRS"] = status["currentPodHash"]
            status.pop("promoteFull", None)
            status.pop("controllerPause", None)
            self._complete(obj, new, f"Completed all {len(steps)} canary steps")

    def _canary_step(  # noqa: PLR0917 - read in the order of the names
        self, obj: Obj, status: dict[str, Any], steps: list[dict[str, Any]], index: int, new: Obj, stable: Obj
    ) -> None:
        step, wanted = steps[index], number(obj)
        weight = weight_at(steps, index)
        canary = min(wanted, max(1, round(weight * wanted / 100))) if weight else 0
        self._scale(obj, new, canary)
        if size_of(new, "availableReplicas") >= canary:
            self._scale(obj, stable, wanted - canary)
        if "pause" in step:
            done = self._paused(status, step, obj)
        else:
            done = size_of(new, "availableReplicas") >= canary and size_of(stable, "replicas") <= wanted - canary
        if done:
            text = step_text(step)
            self._tell(obj, "RolloutStepCompleted", f"Rollout step {index + 1}/{len(steps)} completed ({text})")
            status["currentStepIndex"] = index + 1
            status.pop("pauseConditions", None)
            status["controllerPause"] = False

    def _paused(self, status: dict[str, Any], step: dict[str, Any], obj: Obj) -> bool:
        """Begin or continue a pause; True when it is over."""
        pauses = status.get("pauseConditions")
        if not pauses and status.get("controllerPause"):
            self._tell(obj, "RolloutResumed", "Rollout is resumed")
            return True  # somebody cleared the condition: promoted
        length = (step["pause"] or {}).get("duration")
        seconds = _seconds(length)
        if not pauses:
            now = stamp(self.agenda.now())
            status["pauseConditions"] = [{"reason": "CanaryPauseStep", "startTime": now}]
            status["controllerPause"] = True
            self._tell(obj, "RolloutPaused", "Rollout is paused (CanaryPauseStep)")
            if seconds is not None:
                self.enqueue(obj["metadata"]["namespace"], obj["metadata"]["name"], seconds + 1.0)
            return False
        began = parse_time(pauses[0]["startTime"]) or 0.0
        return seconds is not None and self.agenda.now() >= began + seconds

    # -- replica sets

    def _create_set(self, obj: Obj, template: dict[str, Any], sets: list[Obj]) -> None:
        meta = obj["metadata"]
        digest = template_hash(template)
        template["metadata"].setdefault("labels", {})[HASH] = digest
        revision = max(map(revision_of, sets), default=0) + 1
        selector = clone(obj["spec"]["selector"])
        selector.setdefault("matchLabels", {})[HASH] = digest
        name = f"{meta['name']}-{digest}"
        annotations = {REVISION: str(revision), "rollout.argoproj.io/desired-replicas": str(number(obj))}
        replica_set = {
            "metadata": {
                "name": name,
                "labels": dict(template["metadata"]["labels"]),
                "annotations": annotations,
                "ownerReferences": [owner_reference(obj)],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
        }
        self._tell(obj, "RolloutUpdated", f"Rollout updated to revision {revision}")
        self.registry.create(_REPLICA_SET, meta["namespace"], replica_set)
        self._tell(obj, "NewReplicaSetCreated", f"Created ReplicaSet {name} (revision {revision})")
        told = f"Rollout not completed, started update to revision {revision} ({digest})"
        self._tell(obj, "RolloutNotCompleted", told)

    def _number(self, obj: Obj, new: Obj, sets: list[Obj]) -> tuple[Obj, Obj]:
        """Both with the revision annotation that the new template has to carry."""
        highest = max((revision_of(one) for one in sets if one is not new), default=0)
        revision = max(revision_of(new), highest + 1)
        if revision != revision_of(new):
            new = self._annotate(_REPLICA_SET, new, revision)
            self._tell(obj, "RolloutUpdated", f"Rollout updated to revision {revision}")
        return new, self._annotate(self.resource, obj, revision)

    def _annotate(self, resource: Any, obj: Obj, revision: int) -> Obj:
        annotations = {**(obj["metadata"].get("annotations") or {}), REVISION: str(revision)}
        return self.store.replace(resource, {**obj, "metadata": {**obj["metadata"], "annotations": annotations}})

    def _scale(self, obj: Obj, replica_set: Obj, size: int) -> None:
        meta = replica_set["metadata"]
        now = self.registry.get(_REPLICA_SET, meta["namespace"], meta["name"])
        have = int(now["spec"].get("replicas", 0))
        if have == size:
            return
        changed = {**now["metadata"], "generation": now["metadata"]["generation"] + 1}
        self.store.replace(_REPLICA_SET, {**now, "metadata": changed, "spec": {**now["spec"], "replicas": size}})
        way = "up" if size > have else "down"
        told = f"Scaled {way} ReplicaSet {meta['name']} (revision {revision_of(now)}) from {have} to {size}"
        self._tell(obj, "ScalingReplicaSet", told)

    def _complete(self, obj: Obj, new: Obj, why: str) -> None:
        digest = new["metadata"]["labels"][HASH]
        told = f"Rollout completed update to revision {revision_of(new)} ({digest}): {why}"
        self._tell(obj, "RolloutCompleted", told)

    def _tell(self, obj: Obj, reason: str, text: str) -> None:
        self.recorder.tell(obj, reason, text, component="rollouts-controller")

    # -- status

    def _finish(self, obj: Obj, status: dict[str, Any], new: Obj) -> None:
        sets = self.owned(_REPLICA_SET, obj)
        fresh = next((one for one in sets if one["metadata"]["uid"] == new["metadata"]["uid"]), new)
        status["selector"] = to_text(obj["spec"]["selector"])
        done = finish_status(obj, status, fresh, sets, stamp(self.agenda.now()))
        if not completed(obj, done) and done.get("phase") == "Progressing":
            self.enqueue(obj["metadata"]["namespace"], obj["metadata"]["name"], 2.0)
        self.registry.set_status(self.resource, obj, done)


def _uids(*objects: Obj | None) -> set[str]:
    return {one["metadata"]["uid"] for one in objects if one is not None}


def _seconds(length: Any) -> float | None:
    """A pause's duration: a number of seconds or ``5m``; None waits for somebody."""
    if not length:
        return None
    return float(length) if str(length).isdigit() else float(parse_duration(str(length)))
