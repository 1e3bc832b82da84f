"""What the API server fills in before it stores an object."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.resources import Resource

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def fill(resource: Resource, obj: dict[str, Any]) -> None:  # noqa: C901 - a table of kinds
    """Add the defaults in place. Custom resources have none: their CRD declares none that matters here."""
    spec = obj.setdefault("spec", {}) if resource.kind not in ("ConfigMap", "Event", "Secret") else {}
    match resource.kind:
        case "Pod":
            pod_spec(spec)
            spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
            spec.setdefault("priority", 0)
            spec.setdefault("enableServiceLinks", True)
            spec.setdefault("serviceAccount", spec.setdefault("serviceAccountName", "default"))
            obj.setdefault("status", {"phase": "Pending", "qosClass": quality(spec)})
        case "Deployment":
            spec.setdefault("replicas", 1)
            spec.setdefault("progressDeadlineSeconds", 600)
            spec.setdefault("revisionHistoryLimit", 10)
            strategy = spec.setdefault("strategy", {"type": "RollingUpdate"})
            if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
                rolling = strategy.setdefault("rollingUpdate", {})
                rolling.setdefault("maxSurge", "25%")
                rolling.setdefault("maxUnavailable", "25%")
            obj.setdefault("status", {})
        case "ReplicaSet":
            spec.setdefault("replicas", 1)
            obj.setdefault("status", {"replicas": 0})
        case "StatefulSet":
            spec.setdefault("replicas", 1)
            spec.setdefault("podManagementPolicy", "OrderedReady")
            spec.setdefault("revisionHistoryLimit", 10)
            spec.setdefault("updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}})
            obj.setdefault("status", {"replicas": 0, "availableReplicas": 0})
        case "DaemonSet":
            spec.setdefault("revisionHistoryLimit", 10)
            rolling = {"maxSurge": 0, "maxUnavailable": 1}
            spec.setdefault("updateStrategy", {"type": "RollingUpdate", "rollingUpdate": rolling})
        case "Job":
            for key, value in (("backoffLimit", 6), ("completions", 1), ("parallelism", 1), ("suspend", False)):
                spec.setdefault(key, value)
            obj.setdefault("status", {})
        case "HorizontalPodAutoscaler":
            spec.setdefault("minReplicas", 1)
            obj.setdefault("status", {"desiredReplicas": 0, "currentMetrics": None})
        case "Namespace":
            spec.setdefault("finalizers", ["kubernetes"])
            obj["status"] = {"phase": "Active"}
            obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = obj["metadata"]["name"]
        case _:
            pass
    if "template" in spec and not resource.custom:
        spec["template"].setdefault("metadata", {})
        pod_spec(spec["template"].setdefault("spec", {}))


def pod_spec(spec: dict[str, Any]) -> None:
    for key, value in (
        ("restartPolicy", "Always"),
        ("dnsPolicy", "ClusterFirst"),
        ("schedulerName", "default-scheduler"),
        ("securityContext", {}),
        ("terminationGracePeriodSeconds", 30),
    ):
        spec.setdefault(key, value)
    for container in (*(spec.get("initContainers") or []), *(spec.get("containers") or [])):
        _container(container)


def _container(container: dict[str, Any]) -> None:
    image = container.get("image", "")
    tag = image.rpartition("/")[2].partition(":")[2]
    container.setdefault("imagePullPolicy", "Always" if tag in ("", "latest") else "IfNotPresent")
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    resources = container.setdefault("resources", {})
    # A limit without a request is also the request.
    for name, limit in (resources.get("limits") or {}).items():
        resources.setdefault("requests", {}).setdefault(name, limit)
    for port in container.get("ports") or []:
        port.setdefault("protocol", "TCP")
    for kind in _PROBES:
        probe = container.get(kind)
        if probe:
            for key, value in (("failureThreshold", 3), ("periodSeconds", 10), ("successThreshold", 1)):
                probe.setdefault(key, value)
            probe.setdefault("timeoutSeconds", 1)
            if "httpGet" in probe:
                probe["httpGet"].setdefault("scheme", "HTTP")


def quality(spec: dict[str, Any]) -> str:
    """The pod's QoS class."""
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    resources = [container.get("resources") or {} for container in containers]
    if not any(one.get("requests") or one.get("limits") for one in resources):
        return "BestEffort"
    full = all(set(one.get("limits") or {}) >= {"cpu", "memory"} for one in resources)
    return "Guaranteed" if full and all(one["limits"] == one.get("requests") for one in resources) else "Burstable"
