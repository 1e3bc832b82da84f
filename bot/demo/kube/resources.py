"""The resources that the simulated API serves: the kinds Watchkeeper knows, and the few that live beside them."""

from __future__ import annotations

import msgspec

from bot.core.ref import KINDS


class Resource(msgspec.Struct, frozen=True):
    """One served resource. ``custom``: defined by a CRD, whose lists and patches differ from the built-in ones'."""

    kind: str
    plural: str
    group: str
    version: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    has_generation: bool = False
    custom: bool = False

    @property
    def key(self) -> str:
        """``pods``, ``deployments.apps``: how errors name it, and its key in the store."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


_SUBRESOURCES = {
    "Pod": ("status", "log", "eviction", "binding"),
    "Deployment": ("status", "scale"),
    "ReplicaSet": ("status", "scale"),
    "StatefulSet": ("status", "scale"),
    "Rollout": ("status", "scale"),
    "DaemonSet": ("status",),
    "Job": ("status",),
    "CronJob": ("status",),
    "HorizontalPodAutoscaler": ("status",),
    "PodDisruptionBudget": ("status",),
    "Service": ("status",),
    "Ingress": ("status",),
    "PersistentVolumeClaim": ("status",),
    "Node": ("status",),
    "Namespace": ("status",),
}
_WITH_GENERATION = {
    *("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Ingress"),
    *("PodDisruptionBudget", "Rollout", "AnalysisRun"),
}
_SHORT = {
    "deploy",
    "po",
    "sts",
    "ds",
    "rs",
    "cj",
    "ro",
    "ar",
    "hpa",
    "pdb",
    "svc",
    "ing",
    "pvc",
    "cm",
    "ev",
    "no",
    "ns",
}
_BESIDE = (
    Resource("ServiceAccount", "serviceaccounts", "", "v1", True, ("sa",)),
    Resource("Secret", "secrets", "", "v1", True),
    Resource("PersistentVolume", "persistentvolumes", "", "v1", False, ("pv",), ("status",)),
)

RESOURCES: tuple[Resource, ...] = (
    *(
        Resource(
            kind=kind.name,
            plural=kind.plural,
            group=kind.group,
            version=kind.version,
            namespaced=kind.namespaced,
            short_names=tuple(alias for alias in kind.aliases if alias in _SHORT),
            subresources=_SUBRESOURCES.get(kind.name, ()),
            has_generation=kind.name in _WITH_GENERATION,
            custom=kind.group == "argoproj.io",
        )
        for kind in KINDS
    ),
    *_BESIDE,
)
BY_KIND = {resource.kind: resource for resource in RESOURCES}
BY_PATH = {(resource.group, resource.version, resource.plural): resource for resource in RESOURCES}
GROUP_VERSIONS = {(resource.group, resource.version) for resource in RESOURCES}
