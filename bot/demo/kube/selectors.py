"""Label and field selectors, as the API reads them from the query."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.demo.kube.errors import bad_request
from bot.demo.kube.resources import Resource

Match = Callable[[dict[str, Any]], bool]

_REQUIREMENT = re.compile(
    r"\s*(?:(?P<absent>!)\s*(?P<nokey>[\w./-]+)"
    r"|(?P<key>[\w./-]+)(?:\s*(?P<op>==|=|!=)\s*(?P<value>[\w.-]*)|\s+(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?)\s*"
)


def label_selector(text: str) -> Match:
    """``app=api,tier in (web,edge),!legacy``. Raises 400 on what it cannot read."""
    wanted: list[Callable[[dict[str, str]], bool]] = []
    position = 0
    while text and position < len(text):
        found = _REQUIREMENT.match(text, position)
        if not found or found.end() == position:
            raise bad_request(_unreadable(text[position:]))
        wanted.append(_requirement(found))
        position = found.end()
        if position < len(text):
            if text[position] != ",":
                raise bad_request(f"found '{text[position:].split(maxsplit=1)[0]}', expected: ',' or 'end of string'")
            position += 1
    return lambda obj: all(test(obj["metadata"].get("labels") or {}) for test in wanted)


def _unreadable(rest: str) -> str:
    token = re.match(r"==|!=|[=!(),]|\S+", rest)
    return f"found '{token.group() if token else ''}', expected: !, identifier, or 'end of string'"


def _requirement(found: re.Match[str]) -> Callable[[dict[str, str]], bool]:
    if found["absent"]:
        key = found["nokey"]
        return lambda labels: key not in labels
    key, operator, value = found["key"], found["op"], found["value"]
    if operator in ("=", "=="):
        return lambda labels: labels.get(key) == value
    if operator == "!=":
        return lambda labels: labels.get(key) != value
    if found["set"]:
        values = {part.strip() for part in found["values"].split(",")}
        inside = found["set"] == "in"
        return lambda labels: (key in labels and labels[key] in values) if inside else labels.get(key) not in values
    return lambda labels: key in labels


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """A LabelSelector object (``matchLabels``, ``matchExpressions``) against labels."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for one in selector.get("matchExpressions") or []:
        values, have = one.get("values") or [], labels.get(one["key"])
        held = {
            "In": have in values,
            "NotIn": have not in values,
            "Exists": have is not None,
            "DoesNotExist": have is None,
        }[one["operator"]]
        if not held:
            return False
    return True


def to_text(selector: dict[str, Any]) -> str:
    """``matchLabels`` in the syntax of a query, as the scale subresource shows it."""
    return ",".join(f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items()))


_FIELDS: dict[str, tuple[str, ...]] = {
    "Pod": (
        *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork"),
        *("status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"),
    ),
    "Event": (
        *(f"involvedObject.{field}" for field in ("kind", "namespace", "name", "uid", "apiVersion", "fieldPath")),
        *("involvedObject.resourceVersion", "reason", "reportingComponent", "source", "type"),
    ),
    "Node": ("spec.unschedulable",),
    "Namespace": ("status.phase",),
    "Secret": ("type",),
    "ReplicaSet": ("status.replicas",),
    "Job": ("status.successful",),
}


def field_selector(resource: Resource, text: str) -> Match:
    """``spec.nodeName=a,status.phase!=Running``. A field that the kind does not offer is refused."""
    if not text:
        return lambda _obj: True
    tests: list[tuple[str, bool, str]] = []
    for term in text.split(","):
        if not term:
            continue
        found = re.fullmatch(r"([^=!]+)(==|=|!=)(.*)", term)
        if not found:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        field, operator, value = found.groups()
        allowed = ("metadata.name", "metadata.namespace", *_FIELDS.get(resource.kind, ()))
        if field not in allowed:
            raise bad_request(_unknown_field(resource, field))
        tests.append((field, operator == "!=", value))
    return lambda obj: all((_field(obj, field) == value) != negated for field, negated, value in tests)


def _unknown_field(resource: Resource, field: str) -> str:
    if resource.custom or resource.kind in _FIELDS or resource.group == "":
        return f"field label not supported: {field}"
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def _field(obj: dict[str, Any], path: str) -> str:
    if path == "source":
        return str((obj.get("source") or {}).get("component") or obj.get("reportingComponent") or "")
    if path == "status.successful":
        path = "status.succeeded"
    value: Any = obj
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "false" if path in ("spec.unschedulable", "spec.hostNetwork") else ""
    return str(value)
