"""metrics.k8s.io: what pods and nodes use, as metrics-server tells it."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.clock import Clock, stamp
from bot.demo.kube.errors import ApiError
from bot.demo.kube.ports import Runtime, Usage
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.selectors import label_selector
from bot.demo.kube.store import Obj, ObjectStore

_POD, _NODE = BY_KIND["Pod"], BY_KIND["Node"]
_WINDOW = "20s"
_SYSTEM_CPU, _SYSTEM_MEMORY = 0.08, 640 * 1024 * 1024  # what a node uses for itself


def quantities(usage: Usage) -> dict[str, str]:
    return {"cpu": f"{round(usage.cpu * 1e9)}n", "memory": f"{round(usage.memory / 1024)}Ki"}


class Metrics:
    """``available`` False: no metrics-server is installed."""

    def __init__(self, store: ObjectStore, runtime: Runtime, clock: Clock) -> None:
        self.store, self.runtime, self.clock = store, runtime, clock
        self.available = True

    def answer(self, parts: list[str], labels: str) -> dict[str, Any]:
        """``parts``: the path behind ``/apis/metrics.k8s.io/v1beta1/``."""
        wanted = label_selector(labels)
        match parts:
            case ["nodes"]:
                return self._list("NodeMetrics", [self._node(one) for one in self.store.objects(_NODE) if wanted(one)])
            case ["nodes", name]:
                node = self.store.get(_NODE, "", name)
                if node is None:
                    raise _missing("nodes", name)
                return {"kind": "NodeMetrics", "apiVersion": "metrics.k8s.io/v1beta1", **self._node(node)}
            case ["pods"]:
                return self._pods("", wanted)
            case ["namespaces", namespace, "pods"]:
                return self._pods(namespace, wanted)
            case ["namespaces", namespace, "pods", name]:
                pod = self.store.get(_POD, namespace, name)
                if pod is None or not self.runtime.usage(pod):
                    raise _missing("pods", f"{namespace}/{name}")
                return {"kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1", **self._pod(pod)}
            case _:
                raise ApiError(404, "NotFound", "the server could not find the requested resource", {})

    def _list(self, kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        return {"kind": f"{kind}List", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items}

    def _pods(self, namespace: str, wanted: Any) -> dict[str, Any]:
        pods = [pod for pod in self.store.objects(_POD, namespace) if wanted(pod) and self.runtime.usage(pod)]
        return self._list("PodMetrics", [self._pod(pod) for pod in pods])

    def _head(self, obj: Obj) -> dict[str, Any]:
        kept = {key: obj["metadata"][key] for key in ("name", "namespace", "labels") if key in obj["metadata"]}
        now = stamp(self.clock.now())
        return {"metadata": {**kept, "creationTimestamp": now}, "timestamp": now, "window": _WINDOW}

    def _pod(self, pod: Obj) -> dict[str, Any]:
        used = self.runtime.usage(pod)
        containers = [{"name": name, "usage": quantities(one)} for name, one in used.items()]
        return {**self._head(pod), "containers": containers}

    def _node(self, node: Obj) -> dict[str, Any]:
        cpu, memory = _SYSTEM_CPU, float(_SYSTEM_MEMORY)
        for pod in self.store.objects(_POD):
            if pod["spec"].get("nodeName") == node["metadata"]["name"]:
                for one in self.runtime.usage(pod).values():
                    cpu += one.cpu
                    memory += one.memory
        return {**self._head(node), "usage": quantities(Usage(cpu, memory))}


def _missing(plural: str, name: str) -> ApiError:
    details = {"name": name, "group": "metrics.k8s.io", "kind": plural}
    return ApiError(404, "NotFound", f'{plural}.metrics.k8s.io "{name}" not found', details)
