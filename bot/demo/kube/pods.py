"""What a kubelet remembers of the pods on its node: containers, their runs, their back-off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.demo.kube.programs import Run
from bot.demo.kube.store import Obj

Role = Literal["init", "sidecar", "main"]


@dataclass
class Instance:
    """One run of a container, alive or dead.

    ``removed``: the runtime has thrown the dead container away; ``never_ran``: it could not be started at all.
    """

    id: str
    run: Run
    started: float
    finished: float | None = None
    code: int = 0
    reason: str = ""
    message: str = ""
    removed: bool = False
    never_ran: bool = False


@dataclass
class Container:
    """``waiting``: what keeps it from running (reason, message); ``backoff``: seconds before the next restart."""

    spec: dict[str, Any]
    role: Role
    instances: list[Instance] = field(default_factory=list)
    waiting: tuple[str, str] | None = None
    backoff: float = 0.0
    ready: bool = False
    pull_failures: int = 0

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    @property
    def current(self) -> Instance | None:
        return self.instances[-1] if self.instances else None

    @property
    def running(self) -> bool:
        return self.current is not None and self.current.finished is None

    @property
    def restarts(self) -> int:
        return max(0, len(self.instances) - 1)

    @property
    def field_path(self) -> str:
        return f"spec.{'containers' if self.role == 'main' else 'initContainers'}{{{self.name}}}"

    def last_dead(self, before: int = 0) -> Instance | None:
        """The newest finished run, leaving out the ``before`` newest runs."""
        runs = self.instances[: len(self.instances) - before]
        return next((one for one in reversed(runs) if one.finished is not None), None)


@dataclass
class LocalPod:
    """``obj`` is the pod as last read. ``init_done``: how many classic init containers and sidecars are past."""

    obj: Obj
    containers: list[Container]
    ip: str
    begun: float
    sandbox: bool = False
    stopping: bool = False
    gone: bool = False

    @property
    def uid(self) -> str:
        return str(self.obj["metadata"]["uid"])

    @property
    def name(self) -> str:
        return str(self.obj["metadata"]["name"])

    @property
    def policy(self) -> str:
        return str(self.obj["spec"].get("restartPolicy", "Always"))

    def of(self, *roles: Role) -> list[Container]:
        return [one for one in self.containers if one.role in roles]

    def find(self, name: str) -> Container | None:
        return next((one for one in self.containers if one.name == name), None)

    def initialized(self) -> bool:
        return all(passed(one) for one in self.of("init", "sidecar"))


def passed(container: Container) -> bool:
    """Whether the next container in the init sequence may start: a classic one has succeeded, a sidecar has started."""
    if container.role == "sidecar":
        return bool(container.instances)
    current = container.current
    return current is not None and current.finished is not None and current.code == 0


def local_pod(obj: Obj, ip: str, now: float) -> LocalPod:
    spec = obj["spec"]
    containers = [
        Container(one, "sidecar" if one.get("restartPolicy") == "Always" else "init")
        for one in spec.get("initContainers") or []
    ]
    containers += [Container(one, "main") for one in spec.get("containers") or []]
    return LocalPod(obj, containers, ip, now)
