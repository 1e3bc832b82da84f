"""DaemonSets: one pod on every node."""

from __future__ import annotations

from bot.demo.kube.controllers.replicasets import make_pod
from bot.demo.kube.controllers.shared import Controller, Tools, is_ready
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj

_POD, _NODE = BY_KIND["Pod"], BY_KIND["Node"]


class DaemonSets(Controller):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, BY_KIND["DaemonSet"])

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type != "DELETED":
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"])
        elif change.resource is _POD:
            self.enqueue_owner(change.new)

    def sync(self, obj: Obj) -> None:
        pods = self.owned(_POD, obj)
        covered = {pod["spec"].get("nodeName") for pod in pods}
        for node in self.store.objects(_NODE):
            name = node["metadata"]["name"]
            if name not in covered:
                pod = make_pod(obj, obj["spec"]["template"])
                pod["spec"]["nodeName"] = name
                made = self.registry.create(_POD, obj["metadata"]["namespace"], pod)
                told = f"Created pod: {made['metadata']['name']}"
                self.recorder.tell(obj, "SuccessfulCreate", told, component="daemonset-controller")
        count, ready = len(self.owned(_POD, obj)), sum(map(is_ready, pods))
        status = {
            "currentNumberScheduled": count,
            "desiredNumberScheduled": len(self.store.objects(_NODE)),
            "numberMisscheduled": 0,
            "numberReady": ready,
            "observedGeneration": obj["metadata"]["generation"],
            "updatedNumberScheduled": count,
            **({"numberAvailable": ready} if ready else {"numberUnavailable": count}),
        }
        self.registry.set_status(self.resource, obj, status)
