"""Short names for what most tests here do."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Obj


def live(cluster: Cluster, seconds: float) -> None:
    cluster.agenda.run_until(cluster.agenda.now() + seconds)


def get(cluster: Cluster, kind: str, name: str, namespace: str = "shop") -> Obj:
    return cluster.registry.get(BY_KIND[kind], namespace, name)


def every(cluster: Cluster, kind: str, namespace: str = "shop") -> list[Obj]:
    return cluster.registry.store.objects(BY_KIND[kind], namespace)


def reasons(cluster: Cluster, kind: str) -> list[str]:
    return [event["reason"] for event in every(cluster, "Event") if event["involvedObject"]["kind"] == kind]


def container(script: str = "exec httpd -f", **more: Any) -> Obj:
    return {"name": "app", "image": "test.local/busybox:1", "command": ["sh", "-c", script], **more}


def workload(kind: str, name: str = "api", replicas: int | None = 2, script: str = "exec httpd -f", **more: Any) -> Obj:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container(script)]}}
    template["spec"]["terminationGracePeriodSeconds"] = 1
    spec: Obj = {"selector": {"matchLabels": {"app": name}}, "template": template, **more}
    if replicas is not None:
        spec["replicas"] = replicas
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def with_image(body: Obj, image: str) -> Obj:
    body["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return body
