"""Jobs: pods until enough of them have succeeded, or too many have failed."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.clock import stamp
from bot.demo.kube.controllers.replicasets import make_pod
from bot.demo.kube.controllers.shared import Controller, Tools, is_ready
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj, clone

_POD = BY_KIND["Pod"]


class Jobs(Controller):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, BY_KIND["Job"])

    def changed(self, change: Change) -> None:
        if change.resource is self.resource and change.type != "DELETED":
            self.enqueue(change.new["metadata"]["namespace"], change.new["metadata"]["name"])
        elif change.resource is _POD:
            self.enqueue_owner(change.new)

    def sync(self, obj: Obj) -> None:
        status = clone(obj.get("status") or {})
        if any(one["type"] in ("Complete", "Failed") for one in status.get("conditions") or []):
            return
        pods = self.owned(_POD, obj)
        phases = [(pod.get("status") or {}).get("phase") for pod in pods]
        succeeded, failed = phases.count("Succeeded"), phases.count("Failed")
        active = [pod for pod, phase in zip(pods, phases, strict=True) if phase not in ("Succeeded", "Failed")]
        now, spec = stamp(self.agenda.now()), obj["spec"]
        status.setdefault("startTime", now)
        if succeeded >= spec["completions"]:
            told = ("CompletionsReached", "Reached expected number of succeeded pods")
            status["completionTime"] = now
            status["conditions"] = _conditions(("SuccessCriteriaMet", "Complete"), *told, now)
            self._tell(obj, "Completed", "Job completed")
        elif failed > spec["backoffLimit"]:
            told = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
            status["conditions"] = _conditions(("FailureTarget", "Failed"), *told, now)
            self._tell(obj, *told, type_="Warning")
        else:
            missing = min(spec["parallelism"], spec["completions"] - succeeded) - len(active)
            for _ in range(max(0, missing)):
                pod = self.registry.create(_POD, obj["metadata"]["namespace"], make_pod(obj, self._template(obj)))
                active.append(pod)
                self._tell(obj, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
        counts = {"active": len(active), "succeeded": succeeded, "failed": failed}
        status = {key: value for key, value in status.items() if key not in counts}
        status |= {key: value for key, value in counts.items() if value}
        status |= {"ready": sum(map(is_ready, active)), "terminating": 0, "uncountedTerminatedPods": {}}
        self.registry.set_status(self.resource, obj, status)

    def _template(self, obj: Obj) -> dict[str, Any]:
        template: dict[str, Any] = clone(obj["spec"]["template"])
        name, uid = obj["metadata"]["name"], obj["metadata"]["uid"]
        labels = {"controller-uid": uid, "job-name": name}
        labels |= {f"batch.kubernetes.io/{key}": value for key, value in labels.items()}
        template["metadata"].setdefault("labels", {}).update(labels)
        return template

    def _tell(self, obj: Obj, reason: str, text: str, type_: str = "Normal") -> None:
        self.recorder.tell(obj, reason, text, component="job-controller", type_=type_)


def _conditions(types: tuple[str, ...], reason: str, message: str, now: str) -> list[dict[str, Any]]:
    times = {"lastProbeTime": now, "lastTransitionTime": now}
    return [{"type": one, "status": "True", "reason": reason, "message": message, **times} for one in types]
