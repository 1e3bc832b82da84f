"""Believable Kubernetes objects as JSON, each with what its test is about and the rest as the API server fills it."""

from __future__ import annotations

from typing import Any

from bot.core.objects import Event, EventSource, ObjectMeta, ObjectReference
from bot.core.times import format_time

NOW = 1_795_000_000.0
Json = dict[str, Any]


def at(seconds_ago: float) -> str:
    return format_time(NOW - seconds_ago).replace(".000Z", "Z")


def running(since: float = 3600) -> Json:
    return {"running": {"startedAt": at(since)}}


def waiting(reason: str, message: str = "") -> Json:
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def terminated(code: int = 1, reason: str = "Error", ago: float = 30) -> Json:
    ended = {"exitCode": code, "reason": reason, "startedAt": at(ago + 5), "finishedAt": at(ago)}
    return {"terminated": {**ended, "containerID": "containerd://abc"}}


def status(
    name: str = "app", state: Json | None = None, last: Json | None = None, restarts: int = 0, **more: Any
) -> Json:
    ready = more.pop("ready", "running" in (state or running()))
    return {
        "name": name,
        "state": state or running(),
        "lastState": last or {},
        "ready": ready,
        "started": ready,
        "restartCount": restarts,
        "image": "registry.example/api:1.42",
        "imageID": "registry.example/api@sha256:0123",
        "containerID": "containerd://abc",
        **more,
    }


def crashing(name: str = "app", restarts: int = 14, reason: str = "OOMKilled", ago: float = 30) -> Json:
    message = f"back-off 40s restarting failed container={name}"
    code = 137 if reason == "OOMKilled" else 1
    return status(name, waiting("CrashLoopBackOff", message), terminated(code, reason, ago), restarts)


def container(name: str = "app", **more: Any) -> Json:
    return {"name": name, "image": "registry.example/api:1.42", "resources": {}, **more}


def pod(
    name: str = "api-6d5f7c9b8-x7k2p", *statuses: Json, owner: str = "rs-uid", age: float = 7200, **more: Any
) -> Json:
    """``inits`` are init containers' specs, ``init_statuses`` their states; ``spec`` and ``status`` are merged in."""
    statuses = statuses or (status(),)
    specs = more.pop("containers", None) or [container(one["name"]) for one in statuses]
    ready = all(one["ready"] for one in statuses)
    meta: Json = {
        "name": name,
        "namespace": more.pop("namespace", "shop"),
        "uid": f"{name}-uid",
        "creationTimestamp": at(age),
        "labels": {"app": "api", "pod-template-hash": "6d5f7c9b8"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "api-6d5f7c9b8", "uid": owner, "controller": True}],
        **more.pop("metadata", {}),
    }
    spec = {"nodeName": "node-1", "serviceAccountName": "api", "restartPolicy": "Always", "containers": specs}
    if "inits" in more:
        spec["initContainers"] = more.pop("inits")
    state: Json = {
        "phase": "Running",
        "podIP": "10.0.3.17",
        "hostIP": "10.0.3.7",
        "qosClass": "Burstable",
        "startTime": at(age),
        "conditions": [
            {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": at(60)}
            | ({} if ready else {"reason": "ContainersNotReady", "message": "containers with unready status: [app]"})
        ],
        "containerStatuses": list(statuses),
    }
    if "init_statuses" in more:
        state["initContainerStatuses"] = more.pop("init_statuses")
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": meta,
        "spec": {**spec, **more.pop("spec", {})},
        "status": {**state, **more.pop("status", {})},
    }


def workload(kind: str = "Deployment", name: str = "api", **more: Any) -> Json:
    template = {"metadata": {"labels": {"app": "api"}}, "spec": {"containers": [container()]}}
    return {
        "kind": kind,
        "apiVersion": "apps/v1",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"{name}-uid",
            "generation": 4,
            "creationTimestamp": at(86400 * 30),
            "labels": {"app": "api"},
            "annotations": {"deployment.kubernetes.io/revision": "18"},
        },
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "api"}},
            "template": template,
            **more.pop("spec", {}),
        },
        "status": more.pop("status", {}),
    }


def replica_set(name: str = "api-6d5f7c9b8", uid: str = "rs-uid", owner: str = "api-uid", **more: Any) -> Json:
    found = workload("ReplicaSet", name, **more)
    found["metadata"] |= {
        "uid": uid,
        "labels": {"app": "api", "pod-template-hash": name.rsplit("-", 1)[-1]},
        "ownerReferences": [{"kind": "Deployment", "name": "api", "uid": owner, "controller": True}],
    }
    return found


def event(kind: str, name: str, reason: str, message: str, ago: float = 60, **more: Any) -> Event:
    return Event(
        metadata=ObjectMeta(name=f"{name}.1", namespace="shop"),
        involved_object=ObjectReference(kind=kind, namespace="shop", name=name),
        type=more.pop("type", "Warning"),
        reason=reason,
        message=message,
        last_timestamp=at(ago),
        source=EventSource(component="kubelet"),
        **more,
    )
