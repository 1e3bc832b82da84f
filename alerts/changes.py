"""What changed last in a workload: this revision against the one before, field by field, when and by whom. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from alerts.causes import memory, parse_bytes
from alerts.model import Change
from bot.core.times import parse_time

_REVISIONS = ("deployment.kubernetes.io/revision", "rollout.argoproj.io/revision")
_SHOWN = 4  # changes named one by one; the rest is counted
_CONTROLLERS = ("kube-controller-manager", "rollouts-controller", "kubelet")

Json = dict[str, Any]


class Revision(NamedTuple):
    """One revision of a pod template, from a ReplicaSet or a ControllerRevision."""

    number: int
    template: Json
    created: float
    name: str


def of_replicasets(sets: Sequence[Json], owner_uid: str) -> list[Revision]:
    """Newest first; those of this owner only."""
    found = []
    for one in sets:
        meta = one.get("metadata") or {}
        owners = meta.get("ownerReferences") or ()
        number = next((meta["annotations"][key] for key in _REVISIONS if key in (meta.get("annotations") or {})), "")
        if number.isdigit() and any(owner.get("uid") == owner_uid for owner in owners):
            template = (one.get("spec") or {}).get("template") or {}
            created = parse_time(meta.get("creationTimestamp")) or 0.0
            found.append(Revision(int(number), template, created, meta.get("name") or ""))
    return sorted(found, reverse=True, key=lambda revision: revision.number)


def of_controller_revisions(revisions: Sequence[Json], owner_uid: str) -> list[Revision]:
    """Newest first; those of this StatefulSet or DaemonSet only."""
    found = []
    for one in revisions:
        meta = one.get("metadata") or {}
        if any(owner.get("uid") == owner_uid for owner in meta.get("ownerReferences") or ()):
            template = (((one.get("data") or {}).get("spec")) or {}).get("template") or {}
            created = parse_time(meta.get("creationTimestamp")) or 0.0
            found.append(Revision(int(one.get("revision") or 0), template, created, meta.get("name") or ""))
    return sorted(found, reverse=True, key=lambda revision: revision.number)


def last_change(workload: Json, revisions: Sequence[Revision], pod_revision: str = "") -> Change | None:
    """The newest revision against the one before it; None when there is none before.

    ``pod_revision`` is the name of the ReplicaSet or ControllerRevision that the failing pod runs.
    """
    if len(revisions) < 2:
        return None
    new, old = revisions[0], revisions[1]
    what = differences(old.template, new.template)
    at, by = _who(workload)
    # A revision that was rolled back to keeps its old creation time; then only the writer's time is true.
    if new.created > old.created:
        at = new.created
    note = ""
    if pod_revision and new.name and pod_revision != new.name:
        note = "the failing pod still runs an earlier revision"
    return Change(what=what or ("the pod template",), at=at, revision=str(new.number), by=by, note=note)


def _who(workload: Json) -> tuple[float, str]:
    """When the spec's template was last written, and by which field manager."""
    newest, by = 0.0, ""
    for entry in (workload.get("metadata") or {}).get("managedFields") or ():
        spec = (entry.get("fieldsV1") or {}).get("f:spec") or {}
        if entry.get("subresource") or "f:template" not in spec or entry.get("manager") in _CONTROLLERS:
            continue
        at = parse_time(entry.get("time")) or 0.0
        if at >= newest:
            newest, by = at, entry.get("manager") or ""
    return newest, by


def differences(old: Json, new: Json) -> tuple[str, ...]:
    """What differs between two pod templates, the most telling first. Values of variables are never shown."""
    before, after = _containers(old), _containers(new)
    several = len(after) > 1
    found: list[str] = []
    for name, one in after.items():
        of = f" of {name}" if several else ""
        if name not in before:
            found.append(f"container {name} added")
        else:
            found += [text + of for text in _container(before[name], one)]
    found += [f"container {name} removed" for name in before if name not in after]
    found += _rest(old.get("spec") or {}, new.get("spec") or {})
    if not found and _annotation(old, _RESTARTED) != _annotation(new, _RESTARTED):
        found.append("restarted, nothing else")
    if len(found) > _SHOWN:
        found = [*found[:_SHOWN], f"and {len(found) - _SHOWN} more"]
    return tuple(found)


_RESTARTED = "kubectl.kubernetes.io/restartedAt"


def _annotation(template: Json, key: str) -> str:
    return str(((template.get("metadata") or {}).get("annotations") or {}).get(key, ""))


def _containers(template: Json) -> dict[str, Json]:
    spec = template.get("spec") or {}
    both = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return {one.get("name", ""): one for one in both}


def _container(old: Json, new: Json) -> list[str]:
    found = []
    if old.get("image") != new.get("image"):
        found.append(f"image {_images(str(old.get('image')), str(new.get('image')))}")
    found += _resources(old, new)
    if (old.get("command"), old.get("args")) != (new.get("command"), new.get("args")):
        found.append("command")
    found += _variables(old, new)
    found += [
        words
        for field, words in (
            ("livenessProbe", "liveness probe"),
            ("readinessProbe", "readiness probe"),
            ("startupProbe", "startup probe"),
            ("volumeMounts", "volume mounts"),
            ("securityContext", "security context"),
            ("lifecycle", "lifecycle hooks"),
        )
        if old.get(field) != new.get(field)
    ]
    return found


def _resources(old: Json, new: Json) -> list[str]:
    """``memory limit 512 MiB → 256 MiB``; limit and request together where both go the same way."""
    told: dict[tuple[str, str], list[str]] = {}
    for kind in ("limits", "requests"):
        was, now = ((one.get("resources") or {}).get(kind) or {} for one in (old, new))
        for resource in sorted({*was, *now}):
            if was.get(resource) != now.get(resource):
                values = f"{_amount(resource, was.get(resource))} → {_amount(resource, now.get(resource))}"
                told.setdefault((resource, values), []).append(kind.removesuffix("s"))
    return [f"{resource} {' and '.join(kinds)} {values}" for (resource, values), kinds in told.items()]


def _variables(old: Json, new: Json) -> list[str]:
    was, now = ({one.get("name"): one for one in side.get("env") or ()} for side in (old, new))
    names = sorted(str(name) for name in {*was, *now} if was.get(name) != now.get(name))
    if old.get("envFrom") != new.get("envFrom"):
        names.append("envFrom")
    return [f"env {', '.join(names[:4])}{' …' if len(names) > 4 else ''}"] if names else []


def _rest(old: Json, new: Json) -> list[str]:
    words = {
        "volumes": "volumes",
        "serviceAccountName": "service account",
        "nodeSelector": "node selector",
        "affinity": "affinity",
        "tolerations": "tolerations",
        "securityContext": "security context of the pod",
        "priorityClassName": "priority class",
    }
    return [text for field, text in words.items() if old.get(field) != new.get(field)]


def short_image(image: str) -> str:
    """The tag, or the beginning of the digest: what two images of one repository differ in."""
    name, _, digest = image.partition("@")
    tag = name.rsplit("/", 1)[-1].partition(":")[2]
    return tag or (digest.removeprefix("sha256:")[:12] if digest else "latest")


def _images(old: str, new: str) -> str:
    def repository(image: str) -> str:
        head, slash, last = image.partition("@")[0].rpartition("/")
        return head + slash + last.partition(":")[0]

    if repository(old) != repository(new) or short_image(old) == short_image(new):
        return f"{old} → {new}"
    return f"{short_image(old)} → {short_image(new)}"


def _amount(resource: str, value: object) -> str:
    if value is None:
        return "none"
    size = parse_bytes(value) if resource == "memory" else None
    return memory(size) if size else str(value)
