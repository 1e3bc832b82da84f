"""Who owns a pod: up to the Deployment, Rollout, StatefulSet, DaemonSet or CronJob that people know by name. Pure."""

from __future__ import annotations

import re

import msgspec

from alerts.ports import Observed
from bot.core.objects import Job, ObjectMeta, OwnerReference, Pod, Workload
from bot.core.ref import Ref

_CRON_RUN = re.compile(r"-\d{8,10}$")  # the CronJob controller appends the scheduled minute
_HASHES = {"pod-template-hash": "Deployment", "rollouts-pod-template-hash": "Rollout"}


class Owner(msgspec.Struct, frozen=True):
    """``guessed``: an owner on the way was not in the cache, its name tells the rest.

    ``chain`` is the way up, the pod left out: ``rs/checkout-6d5f``, ``deploy/checkout``.
    """

    ref: Ref
    guessed: bool = False
    chain: tuple[Ref, ...] = ()


def controller(meta: ObjectMeta) -> OwnerReference | None:
    """The one owner that manages the object; an owner that merely keeps it alive does not count."""
    return next((owner for owner in meta.owner_references or () if owner.controller), None)


def owner_of(observed: Observed, pod: Pod) -> Owner:
    """The workload that the pod belongs to; a bare pod, or a node's static pod, is its own."""
    cluster, meta = observed.cluster, pod.metadata
    namespace = meta.namespace or ""
    reference = controller(meta)
    if reference is None or reference.kind == "Node":
        return Owner(Ref(cluster, "Pod", namespace, meta.name, meta.uid))
    direct = Ref(cluster, reference.kind, namespace, reference.name, reference.uid)
    if direct.kind not in ("ReplicaSet", "Job"):
        return Owner(direct, chain=(direct,))
    held = observed.by_uid(direct.kind, direct.uid) or observed.get(direct.kind, namespace, direct.name)
    if not isinstance(held, Workload | Job):
        return _guess(direct, meta)
    above = controller(held.metadata)
    if above is None:
        return Owner(direct, chain=(direct,))
    ref = Ref(cluster, above.kind, namespace, above.name, above.uid)
    return Owner(ref, chain=(direct, ref))


def _guess(direct: Ref, pod: ObjectMeta) -> Owner:
    """The ReplicaSet or Job is not in the cache: its name and the pod's labels tell what is very likely above it."""
    kind = name = ""
    if direct.kind == "Job":
        if match := _CRON_RUN.search(direct.name):
            kind, name = "CronJob", direct.name[: match.start()]
    else:
        for label, owner_kind in _HASHES.items():
            value = (pod.labels or {}).get(label)
            if value and direct.name.endswith("-" + value):
                kind, name = owner_kind, direct.name.removesuffix("-" + value)
    if not kind:
        return Owner(direct, guessed=True, chain=(direct,))
    ref = Ref(direct.cluster, kind, direct.namespace, name)
    return Owner(ref, guessed=True, chain=(direct, ref))
