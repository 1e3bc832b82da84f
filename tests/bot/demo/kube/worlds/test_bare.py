"""Back-offs are short where tests wait for them."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import every


def test_one_node_and_short_back_offs(cluster: Cluster) -> None:
    assert len(every(cluster, "Node", "")) == 1
    assert cluster.kubelet.lifecycle.longest_backoff == 20.0
