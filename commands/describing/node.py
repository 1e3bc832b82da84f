"""A node: whether it is well, what keeps pods away from it, and the pods on it that the asker may see."""

from __future__ import annotations

from typing import Any

from bot.core.errors import KubeError
from bot.core.message import Fields, Part
from bot.core.ref import BY_NAME
from commands.describing._pods import pod_table
from commands.description import (
    Described,
    Describer,
    Subject,
    bad_conditions,
    conditions,
    dig,
    events,
    fields,
    lines,
    metadata,
    rows,
    safe,
)
from commands.model import Call

_ROLE = "node-role.kubernetes.io/"


async def _describe(subject: Subject) -> Described:
    raw = subject.raw
    labels = dig(raw, "metadata", "labels") or {}
    info = dig(raw, "status", "nodeInfo") or {}
    addresses = {one.get("type"): one.get("address") for one in rows(raw, "status", "addresses")}
    parts: list[Part] = [
        Fields(
            fields(
                ("Roles", ", ".join(key[len(_ROLE) :] for key in labels if key.startswith(_ROLE)) or "none"),
                ("Address", addresses.get("InternalIP")),
                ("Zone", labels.get("topology.kubernetes.io/zone")),
                ("Type", labels.get("node.kubernetes.io/instance-type")),
                ("Kubelet", info.get("kubeletVersion")),
                ("Runtime", info.get("containerRuntimeVersion")),
                ("System", f"{info.get('osImage', '')} {info.get('architecture', '')}".strip()),
                ("Room for pods", _room(raw)),
            )
        )
    ]
    parts += lines("Taints", [_taint(one) for one in rows(raw, "spec", "taints")])
    parts += await _pods(subject)
    parts += [*conditions(subject), *events(subject), *metadata(subject)]
    ready = next((one for one in rows(raw, "status", "conditions") if one.get("type") == "Ready"), {})
    state = {"True": "ready", "False": "not ready"}.get(str(ready.get("status")), "not heard of")
    cordoned = dig(raw, "spec", "unschedulable") is True
    wrong = bad_conditions(subject)
    if cordoned:
        wrong.append("It is cordoned: no new pods are put on it.")
    age = subject.age(dig(raw, "metadata", "creationTimestamp"))
    return Described(f"{state}{', cordoned' if cordoned else ''}, {age} old", tuple(wrong), tuple(parts))


def _room(raw: dict[str, Any]) -> str:
    free = dig(raw, "status", "allocatable") or {}
    return ", ".join(f"{key} {free[key]}" for key in ("cpu", "memory", "pods") if key in free)


def _taint(one: dict[str, Any]) -> str:
    value = f"={one['value']}" if one.get("value") else ""
    return safe(f"{one.get('key')}{value}:{one.get('effect')}")


async def _pods(subject: Subject) -> list[Part]:
    """Only pods that the asker could describe as well: a node carries those of every namespace."""
    try:
        found = await subject.reader.list(BY_NAME["Pod"], "", fields=f"spec.nodeName={subject.ref.name}", limit=500)
    except KubeError as error:
        return lines("Pods", [f"not read: {error}"])

    def visible(pod: dict[str, Any]) -> bool:
        meta = pod["metadata"]
        return subject.may(Call("describe", subject.ref.cluster, meta.get("namespace", ""), "Pod", meta["name"]))

    seen = [pod for pod in found if visible(pod)]
    hidden = len(found) - len(seen)
    parts = pod_table(subject, seen)
    return parts + (lines("Further pods", [f"{hidden} in namespaces that are not yours to see"]) if hidden else [])


DESCRIBER = Describer("node", ("Node",), _describe)
