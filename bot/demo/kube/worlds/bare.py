"""One node that runs whatever is applied: what the contract tests use."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster


class Bare:
    """``longest_backoff``: seconds; 20 as on the test cluster, so that crash loops take seconds and not minutes."""

    age = 60.0

    def __init__(self, longest_backoff: float = 20.0) -> None:
        self.longest_backoff = longest_backoff

    def build(self, cluster: Cluster) -> None:
        cluster.kubelet.lifecycle.longest_backoff = self.longest_backoff
        cluster.nodes.add("node-1", "10.0.1.1", "ap-northeast-2a", cpu="2", memory="24Gi")
