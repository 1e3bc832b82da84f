"""Manifests as a shop's engineers would write them, as functions."""

from __future__ import annotations

from typing import Any

_STEPS = [
    {"setWeight": 25},
    {"pause": {"duration": "5m"}},
    {"pause": {}},
    {"setWeight": 75},
    {"pause": {"duration": "10m"}},
]


def _template(name: str, image: str, cpu: str, memory: str) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/healthz", "port": 8080}}
    container = {
        "name": name,
        "image": image,
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "REGION", "value": "ap-northeast-2"}],
        "resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}},
        "readinessProbe": probe,
        "livenessProbe": {**probe, "initialDelaySeconds": 10},
    }
    labels = {"app": name, "app.kubernetes.io/managed-by": "argocd"}
    return {"metadata": {"labels": labels}, "spec": {"containers": [container]}}


def _workload(
    kind: str, api_version: str, name: str, namespace: str, template: dict[str, Any], **spec: Any
) -> dict[str, Any]:
    labels = {"app": name, "team": namespace}
    selector = {"matchLabels": {"app": name}}
    meta = {"name": name, "namespace": namespace, "labels": labels}
    body = {"selector": selector, "template": template, **spec}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta, "spec": body}


def deployment(
    name: str, namespace: str, image: str, *, replicas: int, memory: str, cpu: str = "100m"
) -> dict[str, Any]:
    template = _template(name, image, cpu, memory)
    return _workload("Deployment", "apps/v1", name, namespace, template, replicas=replicas)


def stateful_set(name: str, namespace: str, image: str, *, replicas: int, memory: str) -> dict[str, Any]:
    template = _template(name, image, "100m", memory)
    return _workload("StatefulSet", "apps/v1", name, namespace, template, replicas=replicas, serviceName=name)


def rollout(name: str, namespace: str, image: str, *, replicas: int, memory: str) -> dict[str, Any]:
    """Five canary steps; the second pause, step 2 counted from 0, waits for a promotion."""
    template = _template(name, image, "50m", memory)
    strategy = {"canary": {"steps": _STEPS}}
    return _workload("Rollout", "argoproj.io/v1alpha1", name, namespace, template, replicas=replicas, strategy=strategy)


def autoscaler(name: str, namespace: str, *, low: int, high: int, cpu: int) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    goal = {"type": "Utilization", "averageUtilization": cpu}
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": goal}}
    spec = {"scaleTargetRef": target, "minReplicas": low, "maxReplicas": high, "metrics": [metric]}
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta, "spec": spec}


def service(name: str, namespace: str) -> dict[str, Any]:
    spec = {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def job(name: str, namespace: str, image: str) -> dict[str, Any]:
    resources = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}}
    container = {"name": "settlement", "image": image, "resources": resources}
    template = {
        "metadata": {"labels": {"app": "settlement"}},
        "spec": {"containers": [container], "restartPolicy": "Never"},
    }
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": template}}
