"""A pod's status as the kubelet writes it."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.demo.kube.clock import stamp
from bot.demo.kube.defaults import quality
from bot.demo.kube.pods import Container, Instance, LocalPod, passed


def render(pod: LocalPod, host_ip: str, now: float) -> dict[str, Any]:
    """The whole status. ``lastTransitionTime`` moves only where a condition's status changes."""
    phase = _phase(pod)
    old = (pod.obj.get("status") or {}).get("conditions") or []
    generation = pod.obj["metadata"].get("generation", 1)
    before = {one["type"]: one for one in old}
    conditions = []
    for condition in _conditions(pod, phase):
        was = before.get(condition["type"])
        same = was is not None and was["status"] == condition["status"]
        moved = was["lastTransitionTime"] if same and was is not None else stamp(now)
        told = {"lastProbeTime": None, "lastTransitionTime": moved, "observedGeneration": generation}
        conditions.append({**told, **condition})
    status: dict[str, Any] = {
        "conditions": conditions,
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "observedGeneration": generation,
        "phase": phase,
        "qosClass": quality(pod.obj["spec"]),
        "startTime": stamp(pod.begun),
    }
    if pod.sandbox:
        status |= {"podIP": pod.ip, "podIPs": [{"ip": pod.ip}]}
    inits = pod.of("init", "sidecar")
    if inits:
        status["initContainerStatuses"] = [_container(pod, one) for one in inits]
    status["containerStatuses"] = [_container(pod, one) for one in pod.of("main")]
    return status


def _phase(pod: LocalPod) -> str:
    mains = pod.of("main")
    failed_init = any(_over(pod, one) and not passed(one) for one in pod.of("init"))
    if all(_over(pod, one) for one in mains) or failed_init:
        codes = [one.current.code for one in mains if one.current]
        return "Failed" if failed_init or any(codes) else "Succeeded"
    if not pod.initialized() or not all(one.instances for one in mains):
        return "Pending"
    return "Running"


def _over(pod: LocalPod, container: Container) -> bool:
    """It has ended and will not run again."""
    current = container.current
    if current is None or current.finished is None:
        return False
    if pod.stopping:
        return True
    if container.role == "sidecar" or container.waiting:
        return False
    return pod.policy == "Never" or (pod.policy == "OnFailure" and current.code == 0)


def _conditions(pod: LocalPod, phase: str) -> list[dict[str, Any]]:
    yes, done = {"status": "True"}, phase in ("Succeeded", "Failed")
    inits = [one.name for one in pod.of("init", "sidecar") if not passed(one)]
    unready = [one.name for one in pod.of("sidecar", "main") if not one.ready]
    initialized: dict[str, Any] = dict(yes)
    if inits:
        told = f"containers with incomplete status: [{' '.join(inits)}]"
        initialized = {"status": "False", "reason": "ContainersNotInitialized", "message": told}
    elif phase == "Succeeded":
        initialized["reason"] = "PodCompleted"
    ready: dict[str, Any] = dict(yes)
    if done:
        ready = {"status": "False", "reason": "PodCompleted" if phase == "Succeeded" else "PodFailed"}
    elif unready:
        told = f"containers with unready status: [{' '.join(unready)}]"
        ready = {"status": "False", "reason": "ContainersNotReady", "message": told}
    return [
        {"type": "PodReadyToStartContainers", "status": "True" if pod.sandbox and not done else "False"},
        {"type": "Initialized", **initialized},
        {"type": "Ready", **ready},
        {"type": "ContainersReady", **ready},
        {"type": "PodScheduled", **yes},
    ]


def _container(pod: LocalPod, container: Container) -> dict[str, Any]:
    running = container.running and not container.waiting
    status: dict[str, Any] = {
        "name": container.name,
        "ready": container.ready or (container.role == "init" and passed(container)),
        "restartCount": container.restarts,
        "started": running if container.role != "init" else False,
        "image": container.spec["image"],
        "imageID": image_id(container.spec["image"]) if container.instances else "",
        "state": _state(pod, container),
        "lastState": _last_state(container),
    }
    if container.current is not None:
        status["containerID"] = container.current.id
    if container.spec.get("resources"):
        status["resources"] = container.spec["resources"]
    return status


def image_id(image: str) -> str:
    return f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def _state(pod: LocalPod, container: Container) -> dict[str, Any]:
    current = container.current
    if container.waiting:
        reason, message = container.waiting
        return {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    if current is None:
        has_init = any(one.role != "main" for one in pod.containers)
        return {"waiting": {"reason": "PodInitializing" if has_init else "ContainerCreating"}}
    if current.finished is None:
        return {"running": {"startedAt": stamp(current.started)}}
    return {"terminated": terminated(current)}


def _last_state(container: Container) -> dict[str, Any]:
    dead = container.last_dead(before=0 if container.waiting else 1)
    return {"terminated": terminated(dead)} if dead else {}


def terminated(dead: Instance) -> dict[str, Any]:
    state: dict[str, Any] = {
        "exitCode": dead.code,
        "reason": dead.reason,
        "startedAt": stamp(0.0 if dead.never_ran else dead.started),
        "finishedAt": stamp(dead.finished or dead.started),
        "containerID": dead.id,
    }
    if dead.message:
        state["message"] = dead.message
    return state
