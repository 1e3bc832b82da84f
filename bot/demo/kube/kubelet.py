"""The nodes' kubelets, in one: takes up the pods bound to any node, runs their containers, writes their status."""

from __future__ import annotations

from functools import partial

from bot.demo.kube.clock import Agenda
from bot.demo.kube.errors import bad_request
from bot.demo.kube.lifecycle import Lifecycle
from bot.demo.kube.pods import Container, LocalPod, local_pod, passed
from bot.demo.kube.podstatus import render
from bot.demo.kube.ports import LogLine, Usage
from bot.demo.kube.programs import Programs
from bot.demo.kube.recorder import Recorder
from bot.demo.kube.registry import Registry
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Change, Obj

_POD, _NODE = BY_KIND["Pod"], BY_KIND["Node"]
_SEES_POD, _SANDBOX = 0.15, 0.9
_RESYNC = 2.0  # a stopped pod's last status stands this long before the object goes


class _OnNode:
    """The kubelet as one pod's lifecycle sees it."""

    def __init__(self, kubelet: Kubelet, name: str) -> None:
        self.kubelet, self.name = kubelet, name

    def write(self, pod: LocalPod, delay: float = 0.0) -> None:
        self.kubelet.write(pod, delay)

    def advance(self, pod: LocalPod) -> None:
        self.kubelet.advance(pod)

    def missing_config(self, pod: LocalPod, container: Container) -> str:
        return self.kubelet.missing_config(pod, container)


class Kubelet:
    """Implements ``Runtime``."""

    def __init__(self, agenda: Agenda, registry: Registry, recorder: Recorder, programs: Programs) -> None:
        self.agenda, self.registry, self.recorder = agenda, registry, recorder
        self.lifecycle = Lifecycle(agenda, recorder, programs)
        self._pods: dict[str, LocalPod] = {}
        self._last_ip = 9

    # -- what happens to pods

    def changed(self, change: Change) -> None:
        if change.resource is not _POD:
            return
        obj, uid = change.new, change.new["metadata"]["uid"]
        pod = self._pods.get(uid)
        if change.type == "DELETED":
            if pod is not None:
                pod.gone = True
            return
        if pod is None:
            finished = (obj.get("status") or {}).get("phase") in ("Succeeded", "Failed")
            if obj["spec"].get("nodeName") and not finished:
                self._take_up(obj)
            return
        pod.obj = obj
        if obj["metadata"].get("deletionTimestamp") and not pod.stopping:
            self._stop(pod)

    def _take_up(self, obj: Obj) -> None:
        self._last_ip += 1
        third, fourth = divmod(self._last_ip, 250)
        pod = local_pod(obj, f"10.0.{32 + third}.{fourth + 1}", self.agenda.now())
        self._pods[pod.uid] = pod
        self.write(pod, _SEES_POD)

        def sandbox_ready() -> None:
            pod.sandbox = True
            self.advance(pod)

        self.lifecycle.later(pod, _SANDBOX + self.registry.random.random() * 0.5, sandbox_ready)

    def advance(self, pod: LocalPod) -> None:
        """Start the next init container, or all main ones when the init sequence is through."""
        if not pod.sandbox or pod.stopping:
            return
        node = _OnNode(self, str(pod.obj["spec"]["nodeName"]))
        for one in pod.of("init", "sidecar"):
            if not passed(one):
                if not one.instances and one.waiting is None:
                    self.lifecycle.start(node, pod, one)
                return
        for one in pod.of("main"):
            if not one.instances and one.waiting is None:
                one.waiting = None
                self.lifecycle.start(node, pod, one)
        if all(not one.running for one in pod.of("main")) and pod.policy != "Always":
            self.write(pod, _RESYNC)

    def _stop(self, pod: LocalPod) -> None:
        pod.stopping = True
        grace = float(pod.obj["metadata"].get("deletionGracePeriodSeconds", 30))
        longest = 0.2
        for one in pod.containers:
            current = one.current
            if current is None or current.finished is not None:
                continue
            told = f"Stopping container {one.name}"
            self.recorder.tell(
                pod.obj, "Killing", told, component="kubelet", field=one.field_path, host=pod.obj["spec"]["nodeName"]
            )
            stops = current.run.stops_in
            killed = stops is None or stops > grace
            wait = grace if killed or stops is None else stops
            longest = max(longest, wait)
            code = 137 if killed else current.run.stop_code
            self.agenda.after(wait, partial(self._stopped, one, code))
        self.agenda.after(longest + 0.5, lambda: self._removed(pod))

    def _stopped(self, one: Container, code: int) -> None:
        current = one.current
        if current is not None and current.finished is None:
            current.finished, current.code = self.agenda.now(), code
            current.reason = "Completed" if code == 0 else "Error"
        one.ready, one.waiting = False, None

    def _removed(self, pod: LocalPod) -> None:
        if pod.gone:
            return
        for one in pod.containers:
            one.ready = False
            if one.instances:
                one.waiting = None
        self._write_now(pod)

        def remove() -> None:
            meta = pod.obj["metadata"]
            now = self.registry.store.get(_POD, meta["namespace"], meta["name"])
            if now is not None and now["metadata"]["uid"] == pod.uid:
                self.registry.store.remove(_POD, meta["namespace"], meta["name"])

        self.agenda.after(0.3, remove)

    # -- status

    def write(self, pod: LocalPod, delay: float = 0.0) -> None:
        """Several changes within the delay become one write, as they do on a node."""
        self.agenda.once((pod.uid, "status"), max(0.05, delay), lambda: self._write_now(pod))

    def _write_now(self, pod: LocalPod) -> None:
        if not pod.gone:
            node = self.registry.store.get(_NODE, "", str(pod.obj["spec"]["nodeName"]))
            addresses = node["status"]["addresses"] if node else []
            host = next((one["address"] for one in addresses if one["type"] == "InternalIP"), "10.0.0.1")
            self.registry.set_status(_POD, pod.obj, render(pod, host, self.agenda.now()))

    def missing_config(self, pod: LocalPod, container: Container) -> str:
        """``configmap "x" not found`` when the environment cannot be put together; empty when it can."""
        namespace = pod.obj["metadata"]["namespace"]
        sources: list[tuple[str, str]] = []
        for source in container.spec.get("envFrom") or []:
            sources += [("ConfigMap", one["name"]) for one in (source.get("configMapRef"),) if one]
            sources += [("Secret", one["name"]) for one in (source.get("secretRef"),) if one]
        for variable in container.spec.get("env") or []:
            value = variable.get("valueFrom") or {}
            sources += [("ConfigMap", one["name"]) for one in (value.get("configMapKeyRef"),) if one]
            sources += [("Secret", one["name"]) for one in (value.get("secretKeyRef"),) if one]
        for kind, name in sources:
            if self.registry.store.get(BY_KIND[kind], namespace, name) is None:
                return f'{kind.lower()} "{name}" not found'
        return ""

    # -- what the API asks

    def log(self, pod: Obj, container: str, *, previous: bool) -> list[LogLine] | str:
        name = pod["metadata"]["name"]
        local = self._pods.get(pod["metadata"]["uid"])
        one = local.find(container) if local else None
        if local is None or one is None:
            if not pod["spec"].get("nodeName"):
                return ""
            raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: ContainerCreating')
        if previous:
            dead = one.last_dead(before=0 if one.waiting else 1)
            if dead is None:
                raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
            wanted = dead
        elif one.current is not None:
            wanted = one.current
        else:
            raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {_why(local, one)}')
        if wanted.removed:
            return f"unable to retrieve container logs for {wanted.id}"
        return wanted.run.written(wanted.started, wanted.finished or self.agenda.now()) if not wanted.never_ran else []

    def running(self, pod: Obj, container: str) -> bool:
        local = self._pods.get(pod["metadata"]["uid"])
        one = local.find(container) if local and not local.gone else None
        return one is not None and one.running

    def usage(self, pod: Obj) -> dict[str, Usage]:
        local = self._pods.get(pod["metadata"]["uid"])
        if local is None or local.gone:
            return {}
        now, used = self.agenda.now(), {}
        for one in local.containers:
            if one.running and one.current is not None:
                ran = now - one.current.started
                used[one.name] = Usage(one.current.run.cpu(ran), one.current.run.memory(ran))
        return used


def _why(pod: LocalPod, one: Container) -> str:
    if one.waiting:
        reason = one.waiting[0]
        return "trying and failing to pull image" if reason in ("ErrImagePull", "ImagePullBackOff") else reason
    return "PodInitializing" if any(other.role != "main" for other in pod.containers) else "ContainerCreating"
