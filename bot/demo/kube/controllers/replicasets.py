"""ReplicaSets: as many pods as asked for."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.controllers.shared import Controller, Tools, is_active, is_ready, owner_reference
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj, clone

_POD = BY_KIND["Pod"]


def make_pod(owner: Obj, template: dict[str, Any], name: str = "") -> Obj:
    """A pod of a template; ``name`` empty has one generated from the owner's."""
    meta = clone(template.get("metadata") or {})
    meta["ownerReferences"] = [owner_reference(owner)]
    meta["namespace"] = owner["metadata"]["namespace"]
    if name:
        meta["name"] = name
    else:
        meta["generateName"] = f"{owner['metadata']['name']}-"
    return {"metadata": meta, "spec": clone(template["spec"])}


class ReplicaSets(Controller):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, BY_KIND["ReplicaSet"])

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type != "DELETED":
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"])
        elif change.resource is _POD:
            self.enqueue_owner(change.new)

    def sync(self, obj: Obj) -> None:
        pods = [pod for pod in self.owned(_POD, obj) if is_active(pod)]
        wanted = obj["spec"].get("replicas", 1)
        if not obj["metadata"].get("deletionTimestamp"):
            for _ in range(wanted - len(pods)):
                self._create(obj)
            surplus = sorted(pods, key=_deletion_order)[: max(0, len(pods) - wanted)]
            for pod in surplus:
                self.registry.ignore_missing(_POD, pod)
                self._tell(obj, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")
        pods = [pod for pod in self.owned(_POD, obj) if is_active(pod)]
        ready = sum(is_ready(pod) for pod in pods)
        status: dict[str, Any] = {"replicas": len(pods), "observedGeneration": obj["metadata"]["generation"]}
        counts = {"fullyLabeledReplicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
        status |= {key: value for key, value in counts.items() if value}
        self.registry.set_status(self.resource, obj, status)

    def _create(self, obj: Obj) -> None:
        pod = self.registry.create(_POD, obj["metadata"]["namespace"], make_pod(obj, obj["spec"]["template"]))
        self._tell(obj, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")

    def _tell(self, obj: Obj, reason: str, text: str) -> None:
        self.recorder.tell(obj, reason, text, component="replicaset-controller")


def _deletion_order(pod: Obj) -> tuple[bool, bool, float, str]:
    """First those not yet on a node, then the unready, then the youngest."""
    version = float(pod["metadata"]["resourceVersion"])
    return bool(pod["spec"].get("nodeName")), is_ready(pod), -version, pod["metadata"]["name"]
