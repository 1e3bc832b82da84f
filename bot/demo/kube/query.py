"""What a request asks for, read from its path and query: which resource, which object, which options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.demo.kube.errors import ApiError, Cause, bad_request, invalid, no_such_path
from bot.demo.kube.resources import BY_PATH, GROUP_VERSIONS, Resource


class Target(msgspec.Struct, frozen=True):
    """``/apis/apps/v1/namespaces/shop/deployments/api/scale`` taken apart."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def full(self) -> str:
        """``pods/log``, as rights name it."""
        return f"{self.resource.plural}/{self.subresource}" if self.subresource else self.resource.plural


class UnknownGroup(Exception):
    """The real server answers these with plain text, not with a Status."""


def target(path: str) -> Target:
    """Raises UnknownGroup or a 404."""
    parts = [part for part in path.split("/") if part]
    if parts[:1] == ["api"] and len(parts) >= 3:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) >= 4:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        raise UnknownGroup(path)
    if (group, version) not in GROUP_VERSIONS:
        raise UnknownGroup(path)
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and (group, version, rest[2]) in BY_PATH:
        namespace, rest = rest[1], rest[2:]
    resource = BY_PATH.get((group, version, rest[0]))
    if resource is None or len(rest) > 3 or (namespace and not resource.namespaced):
        raise no_such_path()
    found = Target(resource, namespace, *rest[1:])
    if found.subresource and found.subresource not in resource.subresources:
        raise no_such_path()
    if found.name and resource.namespaced and not namespace:
        raise no_such_path()
    return found


def integer(query: Mapping[str, str], name: str) -> int | None:
    """A number in the query; None when it is absent."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def boolean(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "").lower() in ("1", "true", "t")


def version(query: Mapping[str, str]) -> int | None:
    """``resourceVersion``; None when unset, 0 for "any"."""
    text = query.get("resourceVersion", "")
    if not text:
        return None
    if not text.isdigit():
        told = f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
        raise ApiError(500, "", told)
    return int(text)


def check_list_options(query: Mapping[str, str]) -> None:
    """The combinations that the server forbids."""
    match, initial = query.get("resourceVersionMatch", ""), boolean(query, "sendInitialEvents")
    told = ""
    if boolean(query, "watch") and initial and match != "NotOlderThan":
        told = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
    elif match and not initial and boolean(query, "watch"):
        told = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
    elif match and not query.get("resourceVersion") and not initial:
        told = "resourceVersionMatch is forbidden unless resourceVersion is provided"
    elif match and query.get("continue"):
        told = "resourceVersionMatch is forbidden when continue is provided"
    elif match == "Exact" and query.get("resourceVersion") == "0":
        told = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
    if told:
        cause = Cause("resourceVersionMatch", f"Forbidden: {told}", "FieldValueForbidden")
        error = invalid("ListOptions", "meta.k8s.io", "", [cause])
        raise error


def wants_partial(accept: str) -> bool:
    """The client asked for the metadata alone."""
    return "as=PartialObjectMetadata" in accept


def partial(obj: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
