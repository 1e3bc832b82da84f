"""A node's description shows only pods that the asker may see."""

from __future__ import annotations

from typing import Any

from tests.commands.builders import NOW, at, pod
from tests.commands.scene import Scene
from tests.fakes.reader import FakeReader

POLICY: dict[str, Any] = {
    "roles": {
        "viewer": {"verbs": ["describe"], "namespaces": ["shop"]},
        "nodes": {"verbs": ["describe"], "kinds": ["node"]},
    },
    "bindings": [{"role": "viewer", "everyone": True}, {"role": "nodes", "everyone": True}],
}


def node(*conditions: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "kind": "Node",
        "metadata": {
            "name": "node-1",
            "creationTimestamp": at(86400),
            "labels": {"node-role.kubernetes.io/worker": ""},
        },
        "spec": spec,
        "status": {
            "conditions": list(conditions) or [{"type": "Ready", "status": "True"}],
            "allocatable": {"cpu": "2", "memory": "7Gi", "pods": "58"},
            "nodeInfo": {"kubeletVersion": "v1.34.4"},
        },
    }


async def test_a_ready_node() -> None:
    text = (await Scene(FakeReader(node()), policy=POLICY, now=NOW).ask("describe node/node-1")).text
    assert "node/node-1 in prod · ready, 1 day old" in text
    assert "Roles: worker" in text
    assert "Room for pods: cpu 2, memory 7Gi, pods 58" in text


async def test_what_is_wrong_with_it() -> None:
    raw = node(
        {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting"},
        {"type": "MemoryPressure", "status": "True", "reason": "KubeletHasInsufficientMemory"},
        {"type": "DiskPressure", "status": "False"},
        unschedulable=True,
        taints=[{"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}],
    )
    text = (await Scene(FakeReader(raw), policy=POLICY, now=NOW).ask("describe node/node-1")).text
    assert "not heard of, cordoned" in text
    assert "• Ready is Unknown: NodeStatusUnknown: Kubelet stopped posting" in text
    assert "• MemoryPressure is True" in text
    assert "DiskPressure is" not in text
    assert "• It is cordoned" in text
    assert "dedicated=gpu:NoSchedule" in text


async def test_pods_of_foreign_namespaces_are_only_counted() -> None:
    reader = FakeReader(node(), pod("mine"), pod("secretive", namespace="payments"))
    text = (await Scene(reader, policy=POLICY, now=NOW).ask("describe node/node-1")).text
    assert "mine" in text
    assert "secretive" not in text
    assert "1 in namespaces that are not yours to see" in text
