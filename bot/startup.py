"""The start check of the clusters: who answers, and which rights are missing.

With one cluster, no answer stops the start; with several, as long as one answers, the others are told as unknown
(docs/decisions/2026-11-21-start-without-a-cluster.md).
"""

from __future__ import annotations

import asyncio

from bot.adapters.kubernetes.cluster import WATCHED, Cluster, Clusters
from bot.adapters.kubernetes.rights import Right, explain, find_missing, needed
from bot.core.errors import Forbidden, KubeError

# Without these nothing can be told truly. Everything else only makes a command answer "not allowed".
_ESSENTIAL = {kind.plural for kind in WATCHED if kind.name != "Rollout"} | {"pods/log", "events"}


async def check_clusters(clusters: Clusters) -> tuple[list[str], list[str]]:
    """Problems that stop the start, and notes."""
    names = list(clusters.by_name)
    found = await asyncio.gather(*(_check(cluster) for cluster in clusters.by_name.values()))
    away = {name: why for name, (why, _, _) in zip(names, found, strict=True) if why}
    problems = [line for _, lines, _ in found for line in lines]
    notes = [line for _, _, lines in found for line in lines]
    if len(away) == len(names):
        problems += away.values()
    else:
        notes += [f"{why}; its state is unknown until it answers" for why in away.values()]
    return problems, notes


async def _check(cluster: Cluster) -> tuple[str, list[str], list[str]]:
    """Why it gives no answer, what is wrong, what is worth knowing."""
    how = "check the endpoint, the network and the security group"
    try:
        await cluster.check()
        missing = await find_missing(cluster.transport, needed(cluster.settings.namespaces))
    except Forbidden as error:
        who = "is the access entry, the role or the token right?"
        return "", [f"cluster {cluster.name}: the API server does not know who we are ({error}); {who}"], []
    except KubeError as error:
        return f"cluster {cluster.name}: {error}; {how}", [], []
    # A watch limited to namespaces runs with Roles alone, which cannot cover nodes.
    essential = [right for right in missing if _is_essential(right, bool(cluster.settings.namespaces))]
    optional = [right for right in missing if right not in essential]
    return "", explain(cluster.name, essential), explain(cluster.name, optional)


def _is_essential(right: Right, limited: bool) -> bool:
    return right.resource in _ESSENTIAL and not (limited and right.cluster_wide)
