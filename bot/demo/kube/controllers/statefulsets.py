"""StatefulSets: numbered pods, one after the other, and a ControllerRevision for each template."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.controllers.replicasets import make_pod
from bot.demo.kube.controllers.shared import Controller, Tools, is_ready, owner_reference, template_hash
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj, clone

_POD, _REVISION = BY_KIND["Pod"], BY_KIND["ControllerRevision"]
_LABEL = "controller-revision-hash"


class StatefulSets(Controller):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, BY_KIND["StatefulSet"])

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type != "DELETED":
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"])
        elif change.resource is _POD:
            self.enqueue_owner(change.new)

    def sync(self, obj: Obj) -> None:
        if obj["metadata"].get("deletionTimestamp"):
            return
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        update = self._revision(obj)
        pods = {pod["metadata"]["name"]: pod for pod in self.owned(_POD, obj)}
        wanted = [f"{name}-{number}" for number in range(obj["spec"]["replicas"])]
        for one in wanted:
            if one not in pods:
                self._create(obj, one, update)
                break
            if not is_ready(pods[one]):
                break
        else:
            self._shrink_or_roll(obj, pods, wanted, update)
        self._write_status(obj, namespace, name, update)

    def _revision(self, obj: Obj) -> str:
        """The name of the template's ControllerRevision, created where it is new, numbered last where it returns."""
        namespace = obj["metadata"]["namespace"]
        data = {"spec": {"template": {**clone(obj["spec"]["template"]), "$patch": "replace"}}}
        known = self.owned(_REVISION, obj)
        highest = max((one["revision"] for one in known), default=0)
        same = next((one for one in known if one["data"] == data), None)
        if same is None:
            digest = template_hash(obj["spec"]["template"])
            name = f"{obj['metadata']['name']}-{digest}"
            labels = {**(obj["spec"]["selector"].get("matchLabels") or {}), "controller.kubernetes.io/hash": digest}
            meta = {"name": name, "labels": labels, "ownerReferences": [owner_reference(obj)]}
            self.registry.create(_REVISION, namespace, {"metadata": meta, "data": data, "revision": highest + 1})
            return name
        if same["revision"] < highest:
            self.store.replace(_REVISION, {**same, "revision": highest + 1})
        return str(same["metadata"]["name"])

    def _create(self, obj: Obj, name: str, revision: str) -> None:
        pod = make_pod(obj, obj["spec"]["template"], name)
        index = {"apps.kubernetes.io/pod-index": name.rpartition("-")[2]}
        pod["metadata"].setdefault("labels", {}).update(
            {_LABEL: revision, "statefulset.kubernetes.io/pod-name": name, **index}
        )
        self.registry.create(_POD, obj["metadata"]["namespace"], pod)
        set_name = obj["metadata"]["name"]
        self._tell(obj, "SuccessfulCreate", f"create Pod {name} in StatefulSet {set_name} successful")

    def _shrink_or_roll(self, obj: Obj, pods: dict[str, Obj], wanted: list[str], update: str) -> None:
        """From the highest number down, one at a time."""
        partition = ((obj["spec"]["updateStrategy"].get("rollingUpdate")) or {}).get("partition", 0)
        for name in sorted(pods, key=lambda one: -int(one.rpartition("-")[2])):
            pod = pods[name]
            outdated = pod["metadata"]["labels"].get(_LABEL) != update and int(name.rpartition("-")[2]) >= partition
            on_delete = obj["spec"]["updateStrategy"].get("type") == "OnDelete"
            if name in wanted and (not outdated or on_delete):
                continue
            if not pod["metadata"].get("deletionTimestamp"):
                self.registry.ignore_missing(_POD, pod)
                told = f"delete Pod {name} in StatefulSet {obj['metadata']['name']} successful"
                self._tell(obj, "SuccessfulDelete", told)
            return

    def _tell(self, obj: Obj, reason: str, text: str) -> None:
        self.recorder.tell(obj, reason, text, component="statefulset-controller")

    def _write_status(self, obj: Obj, namespace: str, name: str, update: str) -> None:
        pods = self.owned(_POD, obj)
        updated = [pod for pod in pods if pod["metadata"]["labels"].get(_LABEL) == update]
        ready = sum(map(is_ready, pods))
        before = obj.get("status") or {}
        all_new = len(updated) == len(pods) == obj["spec"]["replicas"] and ready == len(pods)
        current = update if all_new else before.get("currentRevision") or update
        status: dict[str, Any] = {
            "observedGeneration": obj["metadata"]["generation"],
            "replicas": len(pods),
            "availableReplicas": ready,
            "collisionCount": 0,
            "currentRevision": current,
            "updateRevision": update,
        }
        counts = {"readyReplicas": ready, "updatedReplicas": len(updated)}
        counts["currentReplicas"] = sum(pod["metadata"]["labels"].get(_LABEL) == current for pod in pods)
        status |= {key: value for key, value in counts.items() if value}
        self.registry.set_status(self.resource, self.registry.get(self.resource, namespace, name), status)
