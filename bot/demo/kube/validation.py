"""What the API server refuses to store. Only what a client of this project could send wrong."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.demo.kube.errors import ApiError, Cause, invalid
from bot.demo.kube.resources import Resource
from bot.demo.kube.selectors import matches

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SUBDOMAIN_TOLD = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    f"and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_LABEL_TOLD = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    f"with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_SCALED = {"Deployment", "ReplicaSet", "StatefulSet", "Rollout"}
_FIXED_SELECTOR = {"Deployment", "ReplicaSet", "DaemonSet"}


def _quoted(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _name_causes(resource: Resource, name: str) -> list[Cause]:
    if not name:
        return [Cause("metadata.name", "Required value: name or generateName is required", "FieldValueRequired")]
    as_label = resource.kind in ("Namespace", "Service")
    if not re.fullmatch(_LABEL if as_label else _SUBDOMAIN, name):
        return [
            Cause("metadata.name", f"Invalid value: {_quoted(name)}: {_LABEL_TOLD if as_label else _SUBDOMAIN_TOLD}")
        ]
    longest = 63 if as_label else 253
    if len(name) > longest:
        told = f"Invalid value: {_quoted(name)}: must be no more than {longest} bytes"
        return [Cause("metadata.name", told)]
    return []


def _spec_causes(resource: Resource, obj: dict[str, Any], old: dict[str, Any] | None) -> list[Cause]:
    causes: list[Cause] = []
    spec = obj.get("spec") or {}
    replicas = spec.get("replicas")
    negative = isinstance(replicas, int) and replicas < 0
    if resource.kind in _SCALED and not resource.custom and negative:
        told = f"Invalid value: {replicas}: must be greater than or equal to 0"
        causes.append(Cause("spec.replicas", told))
    if resource.kind in _FIXED_SELECTOR:
        selector = spec.get("selector") or {}
        labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
        if not matches(selector, labels):
            told = f"Invalid value: {_quoted(labels)}: `selector` does not match template `labels`"
            causes.append(Cause("spec.template.metadata.labels", told))
        if old is not None and selector != (old.get("spec") or {}).get("selector"):
            causes.append(Cause("spec.selector", f"Invalid value: {_quoted(selector)}: field is immutable"))
    if resource.kind == "HorizontalPodAutoscaler":
        low, high = spec.get("minReplicas", 1), spec.get("maxReplicas")
        if isinstance(high, int) and high < 1:
            causes.append(Cause("spec.maxReplicas", f"Invalid value: {high}: must be greater than 0"))
        if isinstance(high, int) and isinstance(low, int) and high < low:
            told = f"Invalid value: {high}: must be greater than or equal to `minReplicas`"
            causes.append(Cause("spec.maxReplicas", told))
    return causes


def check(resource: Resource, obj: dict[str, Any], old: dict[str, Any] | None = None) -> None:
    """Raise the 422 of the real server, or return."""
    name = obj["metadata"].get("name", "")
    causes = [] if old is not None else _name_causes(resource, name)
    causes += _spec_causes(resource, obj, old)
    if causes:
        raise invalid(resource.kind, resource.group, name, causes)
    _check_types(resource, obj)


def _check_types(resource: Resource, obj: dict[str, Any]) -> None:
    """Numbers that are not numbers: the decoder's complaint, which for custom resources is the schema's."""
    replicas = (obj.get("spec") or {}).get("replicas") if resource.kind in _SCALED else None
    if replicas is None or (isinstance(replicas, int) and not isinstance(replicas, bool)):
        return
    if resource.custom:
        told = f"Invalid value: {_quoted(_schema_type(replicas))}: spec.replicas in body must be of type integer: "
        told += _quoted(_schema_type(replicas))
        cause = Cause("spec.replicas", told, "FieldValueTypeInvalid")
        raise invalid(resource.kind, resource.group, obj["metadata"]["name"], [cause])
    told = f"Invalid value: {_quoted(_quoted(obj))}: unrecognized type: int32"
    error = invalid("", "", "", [Cause("patch", told)])
    raise ApiError(error.code, error.reason, " " + error.message.lstrip(), error.details)


def _schema_type(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
