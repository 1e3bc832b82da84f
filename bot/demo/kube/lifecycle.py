"""Containers on a node: start, exit, back-off, probes, in the order and with the pauses of a real kubelet.

Seen on a real one: after an exit the state is ``terminated`` with the restart count as it was. The first restart comes
at once; from the second on the kubelet waits, and says ``waiting CrashLoopBackOff`` only at its next look at the pod,
about ten seconds later. The restart count rises when the container runs again.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from typing import Any, Protocol

from bot.demo.kube.clock import Agenda
from bot.demo.kube.pods import Container, Instance, LocalPod
from bot.demo.kube.programs import Programs, Run, Start
from bot.demo.kube.recorder import Recorder

_SEES_EXIT = 0.7  # the kubelet looks for dead containers once a second
_RESTARTS = 0.5
_FIRST_BACKOFF, _LONGEST_BACKOFF = 10.0, 300.0
_LOOKS_AGAIN = 11.0  # when the pod is synced again while a container backs off
_HEALED_AFTER = 600.0  # running as long as this forgets the back-off
_PULL_BACKOFF = 10.0
_KEPT_DEAD = 1  # dead containers that the node keeps for their logs


class Node(Protocol):
    """What the lifecycle needs of the kubelet that owns the pod."""

    name: str

    def write(self, pod: LocalPod, delay: float = 0.0) -> None:
        """Write the pod's status soon."""

    def advance(self, pod: LocalPod) -> None:
        """Something ended or became ready: start what may start now."""

    def missing_config(self, pod: LocalPod, container: Container) -> str: ...


class Lifecycle:
    """``longest_backoff``: the kubelet's maxContainerRestartPeriod."""

    def __init__(self, agenda: Agenda, recorder: Recorder, programs: Programs) -> None:
        self.agenda, self.recorder, self.programs = agenda, recorder, programs
        self.longest_backoff = _LONGEST_BACKOFF

    def later(self, pod: LocalPod, seconds: float, call: Callable[[], object]) -> None:
        """Do something unless the pod has gone or is stopping by then."""
        self.agenda.after(seconds, lambda: None if pod.stopping or pod.gone else call())

    def tell(self, node: Node, pod: LocalPod, one: Container, reason: str, text: str, type_: str = "Normal") -> None:  # noqa: PLR0917 - read in the order of the names
        self.recorder.tell(
            pod.obj, reason, text, component="kubelet", type_=type_, field=one.field_path, host=node.name
        )

    def start(self, node: Node, pod: LocalPod, one: Container) -> None:
        """Pull, create, start."""
        image = str(one.spec["image"])
        program = self.programs.find(image)
        if program is None:
            self._cannot_pull(node, pod, one, image)
            return
        one.pull_failures = 0
        self.tell(node, pod, one, "Pulled", f'Container image "{image}" already present on machine')
        missing = node.missing_config(pod, one)
        if missing:
            self.tell(node, pod, one, "Failed", f"Error: {missing}", "Warning")
            one.waiting = ("CreateContainerConfigError", missing)
            node.write(pod)
            self.later(pod, _LOOKS_AGAIN, lambda: self.start(node, pod, one))
            return
        self.tell(node, pod, one, "Created", f"Created container: {one.name}")
        attempt, now = len(one.instances), self.agenda.now()
        chance = random.Random(f"{pod.name}/{one.name}/{attempt}")  # noqa: S311 - a simulated program's luck
        run = program(Start(pod.obj, one.spec, attempt, now, chance))
        one.instances.append(Instance(f"containerd://{secrets.token_hex(32)}", run, now))
        one.waiting = None
        if run.start_error:
            self._cannot_start(node, pod, one, run.start_error)
            return
        self.tell(node, pod, one, "Started", f"Started container {one.name}")
        self._runs(node, pod, one, run)

    def _runs(self, node: Node, pod: LocalPod, one: Container, run: Run) -> None:
        instance = one.instances[-1]
        wait = run.unready_until if one.spec.get("readinessProbe") else 0.0
        one.ready = one.role != "init" and wait <= 0
        if wait > 0 and one.role != "init":
            self._unready(node, pod, one, instance, wait)
        if run.exits is not None:
            self.later(pod, run.exits, lambda: self._exited(node, pod, one, instance))
        if run.unhealthy_from is not None and one.spec.get("livenessProbe"):
            probe = one.spec["livenessProbe"]
            first = max(run.unhealthy_from, float(probe.get("initialDelaySeconds", 0))) + probe["periodSeconds"]
            self.later(pod, first, lambda: self._unhealthy(node, pod, one, instance, 1))
        # What ends within the second is never seen running.
        node.write(pod, 0.9 if run.exits is not None and run.exits < 0.8 else 0.3)
        node.advance(pod)

    def _unready(self, node: Node, pod: LocalPod, one: Container, instance: Instance, wait: float) -> None:
        text = f"Readiness probe failed: {probe_text(pod, one.spec['readinessProbe'], instance.run)}"
        self.later(pod, 0.2, lambda: self.tell(node, pod, one, "Unhealthy", text, "Warning"))

        def ready() -> None:
            if instance.finished is None:
                one.ready = True
                node.write(pod)

        if wait != float("inf"):
            self.later(pod, wait, ready)

    def _unhealthy(self, node: Node, pod: LocalPod, one: Container, instance: Instance, times: int) -> None:
        if instance.finished is not None:
            return
        probe = one.spec["livenessProbe"]
        text = f"Liveness probe failed: {probe_text(pod, probe, instance.run)}"
        self.tell(node, pod, one, "Unhealthy", text, "Warning")
        if times < probe["failureThreshold"]:
            period = float(probe["periodSeconds"])
            self.later(pod, period, lambda: self._unhealthy(node, pod, one, instance, times + 1))
            return
        self.tell(node, pod, one, "Killing", f"Container {one.name} failed liveness probe, will be restarted")
        grace = float(pod.obj["spec"].get("terminationGracePeriodSeconds", 30))
        stops = instance.run.stops_in
        killed = stops is None or stops > grace
        wait = grace if killed or stops is None else stops
        self.later(pod, wait, lambda: self._killed(node, pod, one, instance, 137 if killed else instance.run.stop_code))

    def _killed(self, node: Node, pod: LocalPod, one: Container, instance: Instance, code: int) -> None:
        """The kubelet kills and restarts in one go: the terminated state is not seen."""
        self._finish(one, instance, code, "")
        delay = self._next_backoff(one, instance)
        if delay:
            self._back_off(node, pod, one, instance, delay, seen_at=0.2)
        else:
            self.later(pod, _RESTARTS, lambda: self.start(node, pod, one))

    def _finish(self, one: Container, instance: Instance, code: int, reason: str) -> None:
        instance.finished = self.agenda.now()
        instance.code = code
        instance.reason = reason or ("Completed" if code == 0 else "Error")
        one.ready = False
        dead = [run for run in one.instances if run.finished is not None]
        for run in dead[:-_KEPT_DEAD]:
            run.removed = True

    def _exited(self, node: Node, pod: LocalPod, one: Container, instance: Instance) -> None:
        if instance.finished is not None:
            return
        self._finish(one, instance, instance.run.code, instance.run.reason)
        self.later(pod, _SEES_EXIT, lambda: self._seen_dead(node, pod, one, instance))

    def _seen_dead(self, node: Node, pod: LocalPod, one: Container, instance: Instance) -> None:
        if one.current is not instance:
            return
        node.write(pod)
        if not _restarts(pod, one, instance):
            node.advance(pod)
            return
        delay = self._next_backoff(one, instance)
        if delay:
            self._back_off(node, pod, one, instance, delay, seen_at=min(_LOOKS_AGAIN, delay - 1.0))
        else:
            self.later(pod, _RESTARTS, lambda: self.start(node, pod, one))

    def _next_backoff(self, one: Container, instance: Instance) -> float:
        """Seconds from the end of this run to the next start; 0 the first time."""
        if (instance.finished or 0.0) - instance.started > _HEALED_AFTER:
            one.backoff = 0.0
        delay = one.backoff
        one.backoff = min(max(delay * 2, _FIRST_BACKOFF), self.longest_backoff)
        return delay

    def _back_off(
        self, node: Node, pod: LocalPod, one: Container, instance: Instance, delay: float, *, seen_at: float
    ) -> None:
        spaced = f"{pod.name}_{pod.obj['metadata']['namespace']}({pod.uid})"
        event = f"Back-off restarting failed container {one.name} in pod {spaced}"
        state = f"back-off {go_duration(delay)} restarting failed container={one.name} pod={spaced}"

        def show() -> None:
            one.waiting = ("CrashLoopBackOff", state)
            node.write(pod)

        end = (instance.finished or self.agenda.now()) + delay + 0.5
        self.tell(node, pod, one, "BackOff", event, "Warning")
        self.later(pod, max(0.1, seen_at), show)
        again = self.agenda.now() + _LOOKS_AGAIN
        while again < end:
            wait = again - self.agenda.now()
            self.later(pod, wait, lambda: self.tell(node, pod, one, "BackOff", event, "Warning"))
            again += _LOOKS_AGAIN
        self.later(pod, max(0.2, end - self.agenda.now()), lambda: self.start(node, pod, one))

    def _cannot_start(self, node: Node, pod: LocalPod, one: Container, told: str) -> None:
        instance = one.instances[-1]
        self._finish(one, instance, 128, "StartError")
        instance.never_ran, instance.message = True, told
        self.tell(node, pod, one, "Failed", f"Error: {told}", "Warning")
        one.waiting = ("RunContainerError", told)
        node.write(pod)
        delay = self._next_backoff(one, instance)
        if delay:
            self._back_off(node, pod, one, instance, delay, seen_at=1.0)
        else:
            self.later(pod, _RESTARTS + _SEES_EXIT, lambda: self.start(node, pod, one))

    def _cannot_pull(self, node: Node, pod: LocalPod, one: Container, image: str) -> None:
        registry, _, path = image.partition("/")
        name, _, tag = path.partition(":")
        told = (
            f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": failed to do request: '
            f'Head "http://{registry}/v2/{name}/manifests/{tag}": dial tcp {registry}: connect: connection refused'
        )
        self.tell(node, pod, one, "Pulling", f'Pulling image "{image}"')
        self.tell(node, pod, one, "Failed", f'Failed to pull image "{image}": {told}', "Warning")
        self.tell(node, pod, one, "Failed", "Error: ErrImagePull", "Warning")
        one.waiting = ("ErrImagePull", told)
        node.write(pod)
        delay = min(_PULL_BACKOFF * 2**one.pull_failures, _LONGEST_BACKOFF)
        one.pull_failures += 1

        def back_off() -> None:
            self.tell(node, pod, one, "BackOff", f'Back-off pulling image "{image}"')
            self.tell(node, pod, one, "Failed", "Error: ImagePullBackOff", "Warning")
            one.waiting = ("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {told}')
            node.write(pod)

        self.later(pod, 1.5, back_off)
        self.later(pod, delay + 2.0, lambda: self.start(node, pod, one))


def _restarts(pod: LocalPod, one: Container, instance: Instance) -> bool:
    if one.role == "sidecar":
        return True
    if one.role == "init":
        return instance.code != 0 and pod.policy != "Never"
    return pod.policy == "Always" or (pod.policy == "OnFailure" and instance.code != 0)


def go_duration(seconds: float) -> str:
    """As Go prints durations: ``10s``, ``1m20s``, ``5m0s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def probe_text(pod: LocalPod, probe: dict[str, Any], run: Run) -> str:
    """The program's words for a failed probe, with the probe's address filled in."""
    http = probe.get("httpGet") or {}
    text = run.probe_output or "HTTP probe failed with statuscode: 503"
    values = {"{ip}": pod.ip, "{port}": str(http.get("port", 0)), "{path}": str(http.get("path", "/"))}
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text
