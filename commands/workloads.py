"""From a workload to its pods: by its selector, and only those that it really owns."""

from __future__ import annotations

from typing import Any

from bot.core.errors import UserError
from bot.core.ports import Reader
from bot.core.ref import BY_NAME, Ref

WITH_PODS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout")
_OPERATORS = {"In": "in", "NotIn": "notin"}


def selector(workload: dict[str, Any]) -> str:
    """A workload's label selector in the API's spelling; empty when it has none."""
    spec = workload.get("spec") or {}
    given = spec.get("selector") or {}
    terms = [f"{key}={value}" for key, value in sorted((given.get("matchLabels") or {}).items())]
    for rule in given.get("matchExpressions") or []:
        key, operator = rule.get("key", ""), rule.get("operator", "")
        if operator in _OPERATORS:
            terms.append(f"{key} {_OPERATORS[operator]} ({','.join(rule.get('values') or [])})")
        elif operator == "Exists":
            terms.append(key)
        elif operator == "DoesNotExist":
            terms.append(f"!{key}")
    # A Rollout that points to a Deployment (workloadRef) tells its selector in its status alone.
    return ",".join(terms) or str((workload.get("status") or {}).get("selector") or "")


def owner(item: dict[str, Any]) -> dict[str, Any]:
    """The controlling owner reference; empty when there is none."""
    references = (item.get("metadata") or {}).get("ownerReferences") or []
    return next((one for one in references if one.get("controller")), {})


async def pods_of(workload: dict[str, Any], ref: Ref, reader: Reader) -> list[dict[str, Any]]:
    """The pods of a workload. A selector may match strangers' pods: they are left out by their owner."""
    labels = selector(workload)
    if not labels:
        raise UserError(f"{ref.slug} selects no pods.")
    owners = {str((workload.get("metadata") or {}).get("uid", ""))}
    if ref.kind in {"Deployment", "Rollout"}:
        sets = await reader.list(BY_NAME["ReplicaSet"], ref.namespace, labels=labels)
        owners = {str(one["metadata"].get("uid", "")) for one in sets if owner(one).get("uid") in owners}
    pods = await reader.list(BY_NAME["Pod"], ref.namespace, labels=labels)
    return [pod for pod in pods if owner(pod).get("uid") in owners]
