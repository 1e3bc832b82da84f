"""The scheduler: binds a pod to the node with the most room, or says why it cannot."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.clock import Agenda, stamp
from bot.demo.kube.programs import quantity
from bot.demo.kube.recorder import Recorder
from bot.demo.kube.registry import Registry
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj

_POD, _NODE = BY_KIND["Pod"], BY_KIND["Node"]
_NAMES = {"cpu": "cpu", "memory": "memory"}
_TRIES_AGAIN = 300.0
_BOUND = {"type": "PodScheduled", "status": "True", "lastProbeTime": None}


def _requests(pod: Obj) -> dict[str, float]:
    wanted = dict.fromkeys(_NAMES, 0.0)
    for container in pod["spec"]["containers"]:
        for name, value in ((container.get("resources") or {}).get("requests") or {}).items():
            if name in wanted:
                wanted[name] += quantity(value)
    return wanted


class Scheduler:
    def __init__(self, agenda: Agenda, registry: Registry, recorder: Recorder) -> None:
        self.agenda, self.registry, self.recorder = agenda, registry, recorder

    def changed(self, change: Change) -> None:
        if change.resource is _POD and change.type == "ADDED":
            meta = change.new["metadata"]
            self.agenda.after(0.02, lambda: self._schedule(meta["namespace"], meta["name"]))

    def _schedule(self, namespace: str, name: str) -> None:
        pod = self.registry.store.get(_POD, namespace, name)
        if pod is None:
            return
        if pod["spec"].get("nodeName"):  # a DaemonSet's
            self._bind(pod, str(pod["spec"]["nodeName"]))
            return
        wanted, nodes = _requests(pod), self.registry.store.objects(_NODE)
        free = {node["metadata"]["name"]: self._free(node) for node in nodes if not node["spec"].get("unschedulable")}
        fits = [one for one, room in free.items() if all(room[what] >= need for what, need in wanted.items())]
        if fits:
            self._bind(pod, max(fits, key=lambda one: (free[one]["memory"], one)))
            return
        self._unschedulable(pod, wanted, free, len(nodes))
        self.agenda.after(_TRIES_AGAIN, lambda: self._schedule(namespace, name))

    def _free(self, node: Obj) -> dict[str, float]:
        room = {name: quantity(node["status"]["allocatable"][name]) for name in _NAMES}
        for pod in self.registry.store.objects(_POD):
            over = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
            if pod["spec"].get("nodeName") == node["metadata"]["name"] and not over:
                for name, need in _requests(pod).items():
                    room[name] -= need
        return room

    def _bind(self, pod: Obj, node: str) -> None:
        now = stamp(self.agenda.now())
        conditions = [{**_BOUND, "lastTransitionTime": now}]
        status = {**(pod.get("status") or {}), "phase": "Pending", "conditions": conditions}
        bound = {**pod, "spec": {**pod["spec"], "nodeName": node}, "status": status}
        self.registry.store.replace(_POD, bound)
        where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        self.recorder.tell_new_style(pod, "Scheduled", f"Successfully assigned {where} to {node}", action="Binding")

    def _unschedulable(self, pod: Obj, wanted: dict[str, float], free: dict[str, dict[str, float]], nodes: int) -> None:
        counts: dict[str, int] = {}
        for room in free.values():
            for what, need in wanted.items():
                if room[what] < need:
                    counts[f"Insufficient {what}"] = counts.get(f"Insufficient {what}", 0) + 1
        blocked = nodes - len(free)
        if blocked:
            counts["node(s) were unschedulable"] = blocked
        why = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        told = (
            f"0/{nodes} nodes are available: {why}. no new claims to deallocate, preemption: 0/{nodes} nodes are "
            f"available: {nodes} Preemption is not helpful for scheduling."
        )
        condition: dict[str, Any] = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
        condition |= {"message": told, "lastProbeTime": None, "lastTransitionTime": stamp(self.agenda.now())}
        self.registry.set_status(_POD, pod, {**(pod.get("status") or {}), "conditions": [condition]})
        self.recorder.tell_new_style(pod, "FailedScheduling", told, action="Scheduling", type_="Warning")
