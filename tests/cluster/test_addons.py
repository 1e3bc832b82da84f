"""The parts that start on demand are of use: usage figures, a Rollout that pauses, samples of what runs."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.cluster import addons, manifests
from tests.cluster.lifecycle import Cluster
from tests.cluster.waiting import wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.slow]
Apply = Callable[..., Any]


def test_metrics_server_tells_what_a_pod_uses(own_cluster: Cluster, namespace: str, apply: Apply) -> None:
    apply(manifests.healthy("app"))
    own_cluster.need("metrics-server")
    path = f"/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"
    pods = wait_until(lambda: own_cluster.api.get(path)["items"], 90, "the pod's usage")
    assert pods[0]["containers"][0]["name"] == "app"
    assert pods[0]["containers"][0]["usage"]["memory"].endswith("Ki")


def test_a_rollout_pauses_at_its_step(own_cluster: Cluster, namespace: str, apply: Apply) -> None:
    own_cluster.need("rollouts")
    rollout = manifests.deployment("web", manifests.pod_spec(manifests.container(manifests.STEADY)), 2)
    rollout |= {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
    rollout["spec"]["strategy"] = {"canary": {"steps": [{"setWeight": 50}, {"pause": {}}]}}
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/rollouts/web"
    apply(rollout)

    def phase() -> str:
        return str(own_cluster.api.get(path).get("status", {}).get("phase"))

    wait_until(lambda: phase() == "Healthy", 60, "the Rollout to be Healthy")
    rollout["spec"]["template"]["spec"] = manifests.pod_spec(manifests.container(manifests.STEADY, tag="2"))
    apply(rollout)
    pauses = wait_until(lambda: own_cluster.api.get(path)["status"].get("pauseConditions"), 60, "the pause")
    assert pauses[0]["reason"] == "CanaryPauseStep"


def test_prometheus_knows_pods_and_containers(own_cluster: Cluster, namespace: str, apply: Apply) -> None:
    apply(manifests.healthy("app"))
    own_cluster.need("prometheus")
    door = own_cluster.relay.door("127.0.0.1", addons.PROMETHEUS_PORT)

    def samples(query: str) -> list[Any]:
        url = f"http://127.0.0.1:{door.port}/api/v1/query?{urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                found: list[Any] = json.load(answer)["data"]["result"]
        except OSError:  # it is still starting
            return []
        return found

    pods = f'kube_pod_info{{namespace="{namespace}"}}'
    assert wait_until(lambda: samples(pods), 60, pods)[0]["metric"]["node"] == "node-1"
    memory = f'container_memory_working_set_bytes{{namespace="{namespace}",container="app"}}'
    assert wait_until(lambda: samples(memory), 60, memory)
    door.close()
