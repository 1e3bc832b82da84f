"""The demo's cluster: a small shop, mostly well, in which ``checkout`` breaks soon after the start.

Version 1.42.0 of checkout comes with half the memory limit and is OOM-killed; an undo to 1.41.0 mends it. ``search``
needs more and more pods until its HPA is at the maximum; ``storefront`` waits at a canary step for somebody to promote.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.programs import Program
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.selectors import matches
from bot.demo.kube.worlds import programs
from bot.demo.kube.worlds.manifests import autoscaler, deployment, job, rollout, service, stateful_set

_NODES = (
    ("ip-10-0-1-23.ap-northeast-2.compute.internal", "10.0.1.23", "ap-northeast-2a"),
    ("ip-10-0-2-41.ap-northeast-2.compute.internal", "10.0.2.41", "ap-northeast-2b"),
    ("ip-10-0-3-7.ap-northeast-2.compute.internal", "10.0.3.7", "ap-northeast-2c"),
)
_REGISTRY = "111122223333.dkr.ecr.ap-northeast-2.amazonaws.com"
_POD = BY_KIND["Pod"]
_HOUR = 3600.0


def image(name: str, version: str) -> str:
    return f"{_REGISTRY}/{name}:{version}"


class Demo:
    """``breaks_after``: seconds from the opening of the server to checkout's bad change."""

    age = 2 * _HOUR

    def __init__(self, breaks_after: float = 4.0) -> None:
        self.breaks_after = breaks_after
        self._searching = (0.0, 1)

    def build(self, cluster: Cluster) -> None:
        opening = cluster.agenda.now() + self.age
        for name, ip, zone in _NODES:
            cluster.nodes.add(name, ip, zone)
        for name in ("shop", "payments"):
            cluster.apply({"kind": "Namespace", "metadata": {"name": name, "labels": {"team": name}}})
        self._install_programs(cluster, opening)
        self._healthy(cluster)
        self._history(cluster, opening)
        cluster.agenda.at(opening + self.breaks_after, lambda: cluster.apply(checkout("1.42.0", "256Mi")))

    def _install_programs(self, cluster: Cluster, opening: float) -> None:
        def demand(now: float) -> float:
            """Cores that a search pod needs: the whole, rising for two hours now, shared by those that run.

            About 6 of 10 pods' worth when the server opens, the maximum a quarter of an hour later, then more.
            """
            total = 0.4 + 0.85 * (now - opening + self.age) / self.age
            total += 1.6 * min(1.0, max(0.0, now - opening) / 1500.0)
            return total / max(1, self._search_pods(cluster))

        known: dict[str, Program] = {
            "api": programs.access_log,
            "web": programs.access_log,
            "storefront": programs.access_log,
            "ledger": programs.worker,
            "search-db": programs.worker,
            "settlement": programs.settle,
            "checkout": programs.checkout,
            "search": programs.search(demand),
        }
        for name, program in known.items():
            cluster.programs.add(f"{_REGISTRY}/{name}:", program)

    def _search_pods(self, cluster: Cluster) -> int:
        selector = {"matchLabels": {"app": "search"}}
        pods = cluster.registry.store.objects(_POD, "shop")
        return sum(matches(selector, pod["metadata"].get("labels") or {}) for pod in pods)

    def _healthy(self, cluster: Cluster) -> None:
        objects: list[dict[str, Any]] = [
            deployment("api", "shop", image("api", "3.8.2"), replicas=2, memory="256Mi"),
            deployment("web", "shop", image("web", "5.1.0"), replicas=2, memory="256Mi"),
            deployment("search", "shop", image("search", "2.4.1"), replicas=2, cpu="300m", memory="512Mi"),
            stateful_set("search-db", "shop", image("search-db", "16.4"), replicas=1, memory="768Mi"),
            deployment("ledger", "payments", image("ledger", "7.0.3"), replicas=2, memory="512Mi"),
            autoscaler("search", "shop", low=2, high=10, cpu=70),
            rollout("storefront", "shop", image("storefront", "2.3.0"), replicas=4, memory="192Mi"),
            *(service(name, "shop") for name in ("api", "web", "checkout", "search", "storefront")),
            service("ledger", "payments"),
        ]
        for obj in objects:
            cluster.apply(obj)

    def _history(self, cluster: Cluster, opening: float) -> None:
        """What happened before the server opened."""
        at = cluster.agenda.at
        start = cluster.agenda.now()
        for minutes, version in ((1, "1.39.4"), (9, "1.40.0"), (31, "1.41.0")):
            at(start + minutes * 60, partial(cluster.apply, checkout(version, "512Mi")))
        at(opening - 50 * 60, lambda: cluster.apply(job("settle-20261120", "payments", image("settlement", "1.9.0"))))
        new = rollout("storefront", "shop", image("storefront", "2.4.0"), replicas=4, memory="192Mi")
        at(opening - 25 * 60, lambda: cluster.apply(new))


def checkout(version: str, limit: str) -> dict[str, Any]:
    made = deployment("checkout", "shop", image("checkout", version), replicas=3, memory=limit)
    rolling = {"maxSurge": 1, "maxUnavailable": 1}
    made["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": rolling}
    made["metadata"]["annotations"] = {"kubernetes.io/change-cause": f"deploy checkout {version} (argocd)"}
    return made
