"""Binding and saying why not."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import container, get, live, reasons


def pod(memory: str) -> dict[str, object]:
    one = container(resources={"requests": {"memory": memory}})
    return {"kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}, "spec": {"containers": [one]}}


def test_a_pod_is_bound_to_a_node_with_room(cluster: Cluster) -> None:
    cluster.apply(pod("8Mi"))
    live(cluster, 1)
    assert get(cluster, "Pod", "p")["spec"]["nodeName"] == "node-1"
    assert "Scheduled" in reasons(cluster, "Pod")


def test_what_fits_nowhere_says_so(cluster: Cluster) -> None:
    cluster.apply(pod("900Gi"))
    live(cluster, 1)
    condition = get(cluster, "Pod", "p")["status"]["conditions"][0]
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")
    assert condition["message"].startswith("0/1 nodes are available: 1 Insufficient memory.")
    assert reasons(cluster, "Pod") == ["FailedScheduling"]
