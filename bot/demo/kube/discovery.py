"""``/version``, ``/api``, ``/apis`` and the resource lists: how a client finds out what is served."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.resources import RESOURCES, Resource

VERSION = {
    "major": "1",
    "minor": "34",
    "emulationMajor": "1",
    "emulationMinor": "34",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "33",
    "gitVersion": "v1.34.4",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-02-10T12:00:00Z",
    "goVersion": "go1.24.12",
    "compiler": "gc",
    "platform": "linux/amd64",
}
_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_REVIEWS = ("SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview")
_METRICS = (("nodes", "NodeMetrics", False), ("pods", "PodMetrics", True))


def answer(path: str) -> dict[str, Any] | None:
    """The document at a path; None where it is none of discovery's."""
    parts = [part for part in path.split("/") if part]
    match parts:
        case ["version"]:
            return dict(VERSION)
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(*one) for one in _groups()]}
        case ["api", "v1"]:
            return _resource_list("", "v1")
        case ["apis", group]:
            known = dict(_groups())
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, known[group])} if group in known else None
        case ["apis", group, version] if (group, version) in _groups():
            return _resource_list(group, version)
        case _:
            return None


def _groups() -> list[tuple[str, str]]:
    served = {(resource.group, resource.version) for resource in RESOURCES if resource.group}
    return sorted(served | {("authorization.k8s.io", "v1"), ("metrics.k8s.io", "v1beta1")})


def _group(name: str, version: str) -> dict[str, Any]:
    one = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [one], "preferredVersion": one}


def _resource_list(group: str, version: str) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    for resource in RESOURCES:
        if (resource.group, resource.version) == (group, version):
            entries += _entries(resource)
    if group == "authorization.k8s.io":
        entries = [_review(kind) for kind in _REVIEWS]
    if group == "metrics.k8s.io":
        entries = [
            {"name": name, "singularName": "", "namespaced": namespaced, "kind": kind, "verbs": ["get", "list"]}
            for name, kind, namespaced in _METRICS
        ]
    told = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": told, "resources": entries}


def _review(kind: str) -> dict[str, Any]:
    plural = f"{kind.lower()}s"
    return {"name": plural, "singularName": kind.lower(), "namespaced": False, "kind": kind, "verbs": ["create"]}


def _entries(resource: Resource) -> list[dict[str, Any]]:
    main: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(_VERBS),
    }
    if resource.short_names:
        main["shortNames"] = list(resource.short_names)
    entries = [main]
    for name in resource.subresources:
        kind = {"scale": "Scale", "eviction": "Eviction", "binding": "Binding"}.get(name, resource.kind)
        verbs = {"log": ["get"], "eviction": ["create"], "binding": ["create"]}.get(name, ["get", "patch", "update"])
        entry = {"name": f"{resource.plural}/{name}", "singularName": "", "namespaced": resource.namespaced}
        entry |= {"kind": kind, "verbs": verbs}
        if name == "scale":
            entry |= {"group": "autoscaling", "version": "v1"}
        entries.append(entry)
    return entries
