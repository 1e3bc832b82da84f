"""Which object: the name of one Kubernetes object in one cluster, and the kinds Watchkeeper knows."""

from __future__ import annotations

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """One kind of object, with what its URL needs and what people call it.

    ``aliases`` are kubectl's short names and plurals, lower case.
    """

    name: str
    plural: str
    group: str
    version: str
    namespaced: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def api_path(self) -> str:
        """``/api/v1`` or ``/apis/GROUP/VERSION``."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The URL path of the collection (no ``name``) or of one object; all namespaces when ``namespace`` is None.

        The caller has validated both names: they are put into the path as they are.
        """
        parts = [self.api_path]
        if namespace and self.namespaced:
            parts.append(f"namespaces/{namespace}")
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/".join(parts)


# kubectl's own short names (kubectl api-resources); the first alias is what we print: deploy/api, po/x.
KINDS: tuple[Kind, ...] = (
    Kind("Pod", "pods", "", "v1", aliases=("pod", "po", "pods")),
    Kind("Deployment", "deployments", "apps", "v1", aliases=("deploy", "deployment", "deployments")),
    Kind("StatefulSet", "statefulsets", "apps", "v1", aliases=("sts", "statefulset", "statefulsets")),
    Kind("DaemonSet", "daemonsets", "apps", "v1", aliases=("ds", "daemonset", "daemonsets")),
    Kind("ReplicaSet", "replicasets", "apps", "v1", aliases=("rs", "replicaset", "replicasets")),
    Kind(
        "ControllerRevision", "controllerrevisions", "apps", "v1", aliases=("controllerrevision", "controllerrevisions")
    ),
    Kind("Job", "jobs", "batch", "v1", aliases=("job", "jobs")),
    Kind("CronJob", "cronjobs", "batch", "v1", aliases=("cj", "cronjob", "cronjobs")),
    Kind("Rollout", "rollouts", "argoproj.io", "v1alpha1", aliases=("rollout", "ro", "rollouts")),
    Kind("AnalysisRun", "analysisruns", "argoproj.io", "v1alpha1", aliases=("ar", "analysisrun", "analysisruns")),
    Kind(
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "autoscaling",
        "v2",
        aliases=("hpa", "horizontalpodautoscaler", "horizontalpodautoscalers"),
    ),
    Kind(
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "policy",
        "v1",
        aliases=("pdb", "poddisruptionbudget", "poddisruptionbudgets"),
    ),
    Kind("Service", "services", "", "v1", aliases=("svc", "service", "services")),
    Kind("Ingress", "ingresses", "networking.k8s.io", "v1", aliases=("ing", "ingress", "ingresses")),
    Kind(
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        "",
        "v1",
        aliases=("pvc", "persistentvolumeclaim", "persistentvolumeclaims"),
    ),
    Kind("ConfigMap", "configmaps", "", "v1", aliases=("cm", "configmap", "configmaps")),
    Kind("Event", "events", "", "v1", aliases=("ev", "event", "events")),
    Kind("Lease", "leases", "coordination.k8s.io", "v1", aliases=("lease", "leases")),
    Kind("Node", "nodes", "", "v1", namespaced=False, aliases=("node", "no", "nodes")),
    Kind("Namespace", "namespaces", "", "v1", namespaced=False, aliases=("ns", "namespace", "namespaces")),
)

BY_NAME = {kind.name: kind for kind in KINDS}
BY_ALIAS = {alias: kind for kind in KINDS for alias in (*kind.aliases, kind.name.lower())}


class Ref(msgspec.Struct, frozen=True):
    """One object in one cluster. ``namespace`` is empty for cluster-scoped kinds; ``uid`` is empty where unknown."""

    cluster: str
    kind: str
    namespace: str
    name: str
    uid: str = ""

    @property
    def key(self) -> str:
        """Identity without the uid: stable over re-creation, used in store keys."""
        return f"{self.cluster}/{self.namespace or '-'}/{self.kind}/{self.name}"

    @property
    def slug(self) -> str:
        """As kubectl's users write it: ``deploy/api``."""
        kind = BY_NAME.get(self.kind)
        return f"{kind.aliases[0] if kind else self.kind.lower()}/{self.name}"

    def __str__(self) -> str:
        return f"{self.cluster} / {self.namespace} / {self.slug}" if self.namespace else f"{self.cluster} / {self.slug}"
