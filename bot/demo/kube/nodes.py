"""Nodes: made to look like EKS's, with Leases that are renewed while their kubelet lives."""

from __future__ import annotations

import uuid
from typing import Any

from bot.demo.kube.clock import Agenda, micro_stamp, stamp
from bot.demo.kube.registry import Registry
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import clone

_NODE, _LEASE, _NAMESPACE = BY_KIND["Node"], BY_KIND["Lease"], BY_KIND["Namespace"]
_LEASES = "kube-node-lease"
_RENEW, _GRACE = 10.0, 50.0
_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


class Nodes:
    """``stop`` silences a node's kubelet: after the grace period its conditions are Unknown."""

    def __init__(self, agenda: Agenda, registry: Registry) -> None:
        self.agenda, self.registry = agenda, registry
        self._stopped: set[str] = set()

    def add(self, name: str, ip: str, zone: str, *, cpu: str = "1930m", memory: str = "7291Mi") -> None:
        self.registry.create(_NODE, "", _node(name, ip, zone, cpu, memory, stamp(self.agenda.now())))
        spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": micro_stamp(self.agenda.now())}
        self.registry.create(_LEASE, _LEASES, {"metadata": {"name": name}, "spec": spec})
        self.agenda.after(_RENEW, lambda: self._renew(name))

    def _renew(self, name: str) -> None:
        lease = self.registry.store.get(_LEASE, _LEASES, name)
        if name not in self._stopped and lease is not None:
            spec = {**lease["spec"], "renewTime": micro_stamp(self.agenda.now())}
            self.registry.store.replace(_LEASE, {**lease, "spec": spec})
        self.agenda.after(_RENEW, lambda: self._renew(name))

    def stop(self, name: str) -> None:
        self._stopped.add(name)
        self.agenda.after(_GRACE, lambda: self._lost(name))

    def start(self, name: str) -> None:
        self._stopped.discard(name)
        self._set_ready(name, "True", "KubeletReady", "kubelet is posting ready status")

    def _lost(self, name: str) -> None:
        if name in self._stopped:
            self._set_ready(name, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")

    def _set_ready(self, name: str, state: str, reason: str, message: str) -> None:
        node = clone(self.registry.get(_NODE, "", name))
        now = stamp(self.agenda.now())
        for condition in node["status"]["conditions"]:
            if condition["type"] == "Ready" or state == "Unknown":
                told = {"status": state, "reason": reason, "message": message, "lastTransitionTime": now}
                condition.update(told)
        self.registry.store.replace(_NODE, node)


def _node(name: str, ip: str, zone: str, cpu: str, memory: str, now: str) -> dict[str, Any]:  # noqa: PLR0917 - read in the order of the names
    times = {"lastHeartbeatTime": now, "lastTransitionTime": now}
    conditions = [
        {"type": kind, "status": "False", "reason": reason, "message": message, **times}
        for kind, reason, message in _PRESSURES
    ]
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}
    capacity = {"cpu": "2", "memory": "7968Mi", "pods": "29", "ephemeral-storage": "83873772Ki"}
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m6i.large",
        "eks.amazonaws.com/nodegroup": "general",
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "topology.kubernetes.io/region": zone[:-1],
        "topology.kubernetes.io/zone": zone,
    }
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"providerID": f"aws:///{zone}/i-0{uuid.uuid5(uuid.NAMESPACE_DNS, name).hex[:16]}"},
        "status": {
            "addresses": [{"type": "InternalIP", "address": ip}, {"type": "Hostname", "address": name}],
            "allocatable": {**capacity, "cpu": cpu, "memory": memory},
            "capacity": capacity,
            "conditions": [*conditions, {**ready, **times}],
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"boot.{name}")),
                "machineID": uuid.uuid5(uuid.NAMESPACE_DNS, name).hex,
                "systemUUID": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
                "kubeProxyVersion": "",
                "containerRuntimeVersion": "containerd://1.7.29",
                "kernelVersion": "6.1.158-178.288.amzn2023.x86_64",
                "kubeletVersion": "v1.34.4-eks-ecaa3a6",
                "operatingSystem": "linux",
                "osImage": "Amazon Linux 2023.9.20260105",
            },
        },
    }
