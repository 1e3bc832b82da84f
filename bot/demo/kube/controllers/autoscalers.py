"""HorizontalPodAutoscalers on CPU: reads usage, scales the target, writes the conditions of the real controller."""

from __future__ import annotations

import math
from typing import Any

from bot.demo.kube.clock import stamp
from bot.demo.kube.controllers.shared import Controller, Tools, is_ready, set_condition
from bot.demo.kube.ports import Runtime
from bot.demo.kube.programs import quantity
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.selectors import matches
from bot.demo.kube.store import Change, Obj, clone

_POD = BY_KIND["Pod"]
_EVERY = 15.0
_TOLERANCE = 0.1


class Autoscalers(Controller):
    def __init__(self, tools: Tools, runtime: Runtime) -> None:
        super().__init__(tools, BY_KIND["HorizontalPodAutoscaler"])
        self.runtime = runtime

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type == "ADDED":
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"], 1.0)

    def sync(self, obj: Obj) -> None:
        meta, spec = obj["metadata"], obj["spec"]
        self.enqueue(meta["namespace"], meta["name"], _EVERY)
        target = self.store.get(
            BY_KIND[spec["scaleTargetRef"]["kind"]], meta["namespace"], spec["scaleTargetRef"]["name"]
        )
        metric = next((one for one in spec.get("metrics") or [] if one["type"] == "Resource"), None)
        if target is None or metric is None:
            return
        current = int((target.get("status") or {}).get("replicas", 0))
        goal = int(metric["resource"]["target"]["averageUtilization"])
        used = self._utilization(target)
        if used is None or not current:
            return
        ratio = used[0] / goal
        proposed = current if abs(ratio - 1) <= _TOLERANCE else math.ceil(ratio * current)
        # A single step may at most double, or add four pods.
        stepped = min(proposed, max(2 * current, current + 4))
        desired = max(spec["minReplicas"], min(spec["maxReplicas"], stepped))
        self._write(obj, current, desired, proposed, used)
        if desired != target["spec"].get("replicas"):
            new = clone(target)
            new["spec"]["replicas"] = desired
            resource = BY_KIND[target["kind"]]
            self.registry.update(resource, meta["namespace"], target["metadata"]["name"], new)
            why = "cpu resource utilization (percentage of request) above target"
            if desired < current:
                why = "All metrics below target"
            told = f"New size: {desired}; reason: {why}"
            self.recorder.tell(obj, "SuccessfulRescale", told, component="horizontal-pod-autoscaler")

    def _utilization(self, target: Obj) -> tuple[int, float] | None:
        """(percent of what is requested, cores for each pod)."""
        pods = [
            pod
            for pod in self.store.objects(_POD, target["metadata"]["namespace"])
            if matches(target["spec"]["selector"], pod["metadata"].get("labels") or {}) and is_ready(pod)
        ]
        requested, used = 0.0, 0.0
        for pod in pods:
            for container in pod["spec"]["containers"]:
                requested += quantity((container["resources"].get("requests") or {}).get("cpu", 0))
            used += sum(one.cpu for one in self.runtime.usage(pod).values())
        return (round(100 * used / requested), used / len(pods)) if requested and pods else None

    def _write(self, obj: Obj, current: int, desired: int, proposed: int, used: tuple[int, float]) -> None:
        now, before = stamp(self.agenda.now()), obj.get("status") or {}
        high, low = obj["spec"]["maxReplicas"], obj["spec"]["minReplicas"]
        limited = {"type": "ScalingLimited", "status": "False", "reason": "DesiredWithinRange"}
        limited["message"] = "the desired count is within the acceptable range"
        if proposed > high:
            limited |= {"status": "True", "reason": "TooManyReplicas"}
            limited["message"] = "the desired replica count is more than the maximum replica count"
        elif proposed < low:
            limited |= {"status": "True", "reason": "TooFewReplicas"}
            limited["message"] = "the desired replica count is less than the minimum replica count"
        able = {"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale"}
        able["message"] = "recommended size matches current size"
        if desired != current:
            able |= {"reason": "SucceededRescale"}
            able["message"] = f"the HPA controller was able to update the target scale to {desired}"
        active = {"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound"}
        active["message"] = (
            "the HPA was able to successfully calculate a replica count from cpu resource utilization "
            "(percentage of request)"
        )
        conditions = before.get("conditions") or []
        for condition in (able, active, limited):
            conditions = set_condition(conditions, condition, now, updated=False)
        value = {"averageUtilization": used[0], "averageValue": f"{round(used[1] * 1000)}m"}
        status: dict[str, Any] = {
            "conditions": conditions,
            "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": value}}],
            "currentReplicas": current,
            "desiredReplicas": desired,
        }
        if desired != current:
            status["lastScaleTime"] = now
        elif "lastScaleTime" in before:
            status["lastScaleTime"] = before["lastScaleTime"]
        self.registry.set_status(self.resource, obj, status)
