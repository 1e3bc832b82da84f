"""Which rights Watchkeeper needs in a cluster, and which of them are missing: asked at start, told with what to add."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from bot.adapters.kubernetes.transport import Transport

_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_AT_ONCE = 8
_READ = ("get", "list", "watch")


class Right(msgspec.Struct, frozen=True):
    """One verb on one resource. ``resource`` may name a subresource: ``pods/log``.

    ``namespace``: empty for all of them. ``cluster_wide``: a resource that no namespace holds.
    """

    group: str
    resource: str
    verb: str
    namespace: str = ""
    cluster_wide: bool = False

    @property
    def attributes(self) -> dict[str, str]:
        resource, _, sub = self.resource.partition("/")
        told = {"verb": self.verb, "group": self.group, "resource": resource, "subresource": sub}
        told["namespace"] = self.namespace
        return {key: value for key, value in told.items() if value}


# Group, resources, verbs, and whether they live outside namespaces.
_NEEDED: tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...] = (
    ("", ("pods", "events", "services", "persistentvolumeclaims"), _READ, False),
    ("", ("pods/log",), ("get",), False),
    ("", ("nodes", "namespaces"), _READ, True),
    ("apps", ("deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"), _READ, False),
    ("batch", ("jobs", "cronjobs"), _READ, False),
    ("autoscaling", ("horizontalpodautoscalers",), _READ, False),
    ("policy", ("poddisruptionbudgets",), _READ, False),
    ("networking.k8s.io", ("ingresses",), _READ, False),
    ("argoproj.io", ("rollouts", "analysisruns"), _READ, False),
    ("metrics.k8s.io", ("pods",), ("get",), False),  # the last memory reading before an OOM kill
)


def needed(namespaces: Sequence[str] = ()) -> list[Right]:
    """What reading takes. With ``namespaces`` the rights inside them suffice."""
    return [
        Right(group, resource, verb, space, cluster_wide)
        for group, resources, verbs, cluster_wide in _NEEDED
        for resource in resources
        for verb in verbs
        for space in (("",) if cluster_wide else namespaces or ("",))
    ]


def needed_for_lease(namespace: str) -> list[Right]:
    """What electing one replica takes, in Watchkeeper's own namespace."""
    return [Right("coordination.k8s.io", "leases", verb, namespace) for verb in ("get", "create", "update")]


async def find_missing(transport: Transport, rights: Iterable[Right]) -> list[Right]:
    """Those of ``rights`` that the server denies. Raises KubeError when it cannot be asked."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def allowed(right: Right) -> bool:
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": right.attributes},
        }
        async with gate:
            answer = await transport.send_json("POST", _REVIEW, body, repeat=True)  # a question: it changes nothing
        return bool((answer.get("status") or {}).get("allowed"))

    wanted = list(rights)
    answers = await asyncio.gather(*map(allowed, wanted))
    return [right for right, yes in zip(wanted, answers, strict=True) if not yes]


def explain(cluster: str, missing: Iterable[Right]) -> list[str]:
    """One sentence per resource and place, with the rule that mends it."""
    verbs: dict[tuple[str, str, str, bool], list[str]] = {}
    for right in missing:
        verbs.setdefault((right.group, right.resource, right.namespace, right.cluster_wide), []).append(right.verb)
    sentences = []
    for (group, resource, namespace, cluster_wide), which in verbs.items():
        where = f" in namespace {namespace}" if namespace else "" if cluster_wide else " in all namespaces"
        role = f"a Role in {namespace}" if namespace else "Watchkeeper's ClusterRole"
        group_text = group or '""'
        rule = f"{{apiGroups: [{group_text}], resources: [{resource}], verbs: [{', '.join(which)}]}}"
        sentences.append(f"cluster {cluster}: not allowed to {'/'.join(which)} {resource}{where}: add {rule} to {role}")
    return sentences
