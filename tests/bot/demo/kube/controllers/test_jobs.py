"""Jobs fail after their limit."""

from __future__ import annotations

from bot.demo.kube.cluster import Cluster
from tests.bot.demo.kube.helpers import container, every, get, live


def test_a_job_that_always_fails_gives_up(cluster: Cluster) -> None:
    template = {"spec": {"restartPolicy": "Never", "containers": [container("exit 1")]}}
    spec = {"backoffLimit": 2, "template": template}
    cluster.apply({"kind": "Job", "metadata": {"name": "j", "namespace": "shop"}, "spec": spec})
    live(cluster, 60)
    conditions = get(cluster, "Job", "j")["status"]["conditions"]
    assert [(one["type"], one["reason"]) for one in conditions] == [
        ("FailureTarget", "BackoffLimitExceeded"),
        ("Failed", "BackoffLimitExceeded"),
    ]
    assert [pod["status"]["phase"] for pod in every(cluster, "Pod")] == ["Failed"] * 3
