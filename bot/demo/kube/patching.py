"""The three patch types of the API: JSON Patch (RFC 6902), merge patch (RFC 7386) and strategic merge."""

from __future__ import annotations

import json
from typing import Any

from bot.demo.kube.errors import ApiError, bad_request, unprocessable_patch
from bot.demo.kube.resources import Resource
from bot.demo.kube.store import clone

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"

# By which field a list's elements are told apart in a strategic merge; lists that are not here are replaced whole.
_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "volumeMounts": "mountPath",
    "conditions": "type",
    "ownerReferences": "uid",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
}
_PRIMITIVE_MERGE = {"finalizers"}


def apply(resource: Resource, content_type: str, body: bytes, obj: dict[str, Any]) -> dict[str, Any]:
    """The patched copy of ``obj``. Raises ApiError as the real server does."""
    content_type = content_type.partition(";")[0].strip()
    if content_type not in (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH):
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    if content_type == STRATEGIC_PATCH and resource.custom:
        message = (
            "the body of the request was in an unknown format - accepted media types include: "
            f"{JSON_PATCH}, {MERGE_PATCH}, application/apply-patch+yaml"
        )
        raise ApiError(415, "UnsupportedMediaType", message)
    try:
        patch = json.loads(body)
    except ValueError as error:
        raise bad_request(f"error decoding patch: {error}") from error
    if content_type == JSON_PATCH:
        if not isinstance(patch, list):
            told = "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
            raise bad_request(told)
        changed: dict[str, Any] = json_patch(clone(obj), patch)
        return changed
    if not isinstance(patch, dict):
        told = "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"
        raise bad_request(told)
    merge = merge_patch if content_type == MERGE_PATCH else strategic
    merged: dict[str, Any] = merge(clone(obj), patch)
    return merged


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: null deletes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = target if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def json_patch(document: Any, operations: list[dict[str, Any]]) -> Any:
    """RFC 6902. Any failure, a failed test included, is the same 422."""
    try:
        for operation in operations:
            document = _operate(document, operation)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        raise unprocessable_patch() from error
    return document


def _steps(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise ValueError(pointer)
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _look(document: Any, steps: list[str]) -> Any:
    for step in steps:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def _operate(document: Any, operation: dict[str, Any]) -> Any:
    name, steps = operation["op"], _steps(operation["path"])
    if name == "test":
        # The server reads a missing path as null, so that a test for null passes on it.
        try:
            found = _look(document, steps)
        except (KeyError, IndexError):
            found = None
        if found != operation.get("value"):
            raise ValueError(operation["path"])
        return document
    if name in ("move", "copy"):
        source = _steps(operation["from"])
        value = clone(_look(document, source))
        if name == "move":
            document = _remove(document, source)
        return _add(document, steps, value)
    if name == "remove":
        return _remove(document, steps)
    if name == "replace":
        _look(document, steps)
        return _put(document, steps, operation["value"])
    if name == "add":
        return _add(document, steps, operation["value"])
    raise ValueError(name)


def _put(document: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    parent = _look(document, steps[:-1])
    parent[int(steps[-1]) if isinstance(parent, list) else steps[-1]] = value
    return document


def _add(document: Any, steps: list[str], value: Any) -> Any:
    parent = _look(document, steps[:-1]) if steps else None
    if isinstance(parent, list):
        index = len(parent) if steps[-1] == "-" else int(steps[-1])
        if index > len(parent):
            raise IndexError(index)
        parent.insert(index, value)
        return document
    return _put(document, steps, value)


def _remove(document: Any, steps: list[str]) -> Any:
    parent = _look(document, steps[:-1])
    del parent[int(steps[-1]) if isinstance(parent, list) else steps[-1]]
    return document


def strategic(target: Any, patch: Any) -> Any:
    """Like a merge patch, but the lists of ``_MERGE_KEYS`` merge by key, and ``$patch`` replaces or deletes."""
    if not isinstance(patch, dict):
        return patch
    patch = dict(patch)
    directive = patch.pop("$patch", "")
    if directive == "replace":
        return patch
    result = target if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith(("$setElementOrder/", "$retainKeys", "$deleteFromPrimitiveList/")):
            continue
        if value is None:
            result.pop(key, None)
        elif isinstance(value, list):
            result[key] = _strategic_list(key, result.get(key) or [], value)
        elif isinstance(value, dict) and value.get("$patch") == "delete":
            result.pop(key, None)
        else:
            result[key] = strategic(result.get(key), value)
    return result


def _strategic_list(key: str, have: list[Any], want: list[Any]) -> list[Any]:
    if key in _PRIMITIVE_MERGE:
        return have + [value for value in want if value not in have]
    if key == "ports":
        sample = next((port for port in (*want, *have) if isinstance(port, dict)), {})
        by = "containerPort" if "containerPort" in sample else "port"
    elif key in _MERGE_KEYS:
        by = _MERGE_KEYS[key]
    else:
        return want
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in want):
        return [item for item in want if item.get("$patch") != "replace"]
    result = list(have)
    # Unknown elements are put in front, known ones keep their place: what the real merge does with containers.
    new: list[Any] = []
    for item in want:
        at = next((i for i, old in enumerate(result) if old.get(by) == item.get(by)), None)
        if item.get("$patch") == "delete":
            result = [old for old in result if old.get(by) != item.get(by)]
        elif at is None:
            new.append(item)
        else:
            result[at] = strategic(result[at], item)
    return new + result if new else result
