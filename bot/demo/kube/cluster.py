"""Everything behind the API, put together: store, controllers, scheduler, kubelets, nodes."""

from __future__ import annotations

from typing import Any, Protocol

from bot.demo.kube.clock import Agenda
from bot.demo.kube.controllers.autoscalers import Autoscalers
from bot.demo.kube.controllers.collector import Collector
from bot.demo.kube.controllers.daemonsets import DaemonSets
from bot.demo.kube.controllers.deployments import Deployments
from bot.demo.kube.controllers.jobs import Jobs
from bot.demo.kube.controllers.replicasets import ReplicaSets
from bot.demo.kube.controllers.rollouts import Rollouts
from bot.demo.kube.controllers.shared import Tools
from bot.demo.kube.controllers.statefulsets import StatefulSets
from bot.demo.kube.kubelet import Kubelet
from bot.demo.kube.nodes import Nodes
from bot.demo.kube.programs import Programs
from bot.demo.kube.recorder import Recorder
from bot.demo.kube.registry import Registry
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.scheduler import Scheduler
from bot.demo.kube.shell import busybox
from bot.demo.kube.store import Change, Obj, ObjectStore

_SWEEP = 60.0
_SYSTEM_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class _Listener(Protocol):
    def changed(self, change: Change) -> None: ...


class Cluster:
    """What a world is built on. ``test.local/busybox`` runs small shell scripts; worlds add their own programs."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.registry = Registry(ObjectStore(agenda))
        self.recorder = Recorder(self.registry, agenda)
        self.programs = Programs()
        self.programs.add("test.local/busybox", busybox)
        self.kubelet = Kubelet(agenda, self.registry, self.recorder, self.programs)
        self.nodes = Nodes(agenda, self.registry)
        tools = Tools(agenda, self.registry, self.recorder)
        listeners: list[_Listener] = [
            self.kubelet,
            Scheduler(agenda, self.registry, self.recorder),
            Collector(tools),
            *(kind(tools) for kind in (ReplicaSets, Deployments, StatefulSets, DaemonSets, Jobs, Rollouts)),
            Autoscalers(tools, self.kubelet),
        ]
        for listener in listeners:
            self.registry.store.listeners.append(listener.changed)

    def start(self) -> None:
        """The state of a fresh cluster, without nodes."""
        for name in _SYSTEM_NAMESPACES:
            self.registry.create(BY_KIND["Namespace"], "", {"metadata": {"name": name}})
        self._sweep()

    def _sweep(self) -> None:
        self.recorder.forget_old()
        self.agenda.after(_SWEEP, self._sweep)

    def apply(self, obj: dict[str, Any]) -> Obj:
        """Create an object, or change the one there is, by its manifest."""
        resource = BY_KIND[obj["kind"]]
        namespace, name = obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
        now = self.registry.store.get(resource, namespace, name)
        if now is None:
            return self.registry.create(resource, namespace, obj)
        annotations = {**(now["metadata"].get("annotations") or {}), **(obj["metadata"].get("annotations") or {})}
        meta = {**now["metadata"], **obj["metadata"], "annotations": annotations}
        return self.registry.update(resource, namespace, name, {**now, **obj, "metadata": meta})
