"""Events: written as the real components write them, and counted up in place when they repeat."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.clock import Clock, micro_stamp, stamp
from bot.demo.kube.registry import Registry
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import Obj

_EVENT, _NAMESPACE = BY_KIND["Event"], BY_KIND["Namespace"]
_KEPT = 3600.0  # the API server's default --event-ttl


class Recorder:
    """One for the whole cluster; ``component`` says who speaks."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self.registry, self.clock = registry, clock
        self._known: dict[tuple[str, ...], str] = {}
        self._last = 0

    def tell(
        self,
        about: Obj,
        reason: str,
        message: str,
        *,
        component: str,
        type_: str = "Normal",
        field: str = "",
        host: str = "",
    ) -> None:
        """Write an event, or raise the count of the same one (same object, field, reason and text)."""
        meta = about["metadata"]
        namespace = meta.get("namespace") or "default"
        key = (meta["uid"], field, reason, message, type_, component)
        now = self.clock.now()
        known = self.registry.store.get(_EVENT, namespace, self._known.get(key, ""))
        if known is not None:
            again = {**known, "count": known["count"] + 1, "lastTimestamp": stamp(now)}
            self.registry.store.replace(_EVENT, again)
            return
        name = self._name(about, now)
        self._known[key] = name
        source: dict[str, Any] = {"component": component, **({"host": host} if host else {})}
        event = self._frame(about, namespace, name, reason, message, type_, field)
        event |= {
            "count": 1,
            "eventTime": None,
            "firstTimestamp": stamp(now),
            "lastTimestamp": stamp(now),
            "reportingComponent": component,
            "reportingInstance": host,
            "source": source,
        }
        self._write(namespace, event)

    def tell_new_style(self, about: Obj, reason: str, message: str, *, action: str, type_: str = "Normal") -> None:
        """As the scheduler does it through events.k8s.io: ``eventTime`` alone, no count, no timestamps."""
        namespace = about["metadata"].get("namespace") or "default"
        now = self.clock.now()
        name = self._name(about, now)
        event = self._frame(about, namespace, name, reason, message, type_, "")
        event |= {
            "action": action,
            "eventTime": micro_stamp(now),
            "firstTimestamp": None,
            "lastTimestamp": None,
            "reportingComponent": "default-scheduler",
            "reportingInstance": "default-scheduler-ip-10-0-0-9",
            "source": {},
        }
        self._write(namespace, event)

    def _name(self, about: Obj, now: float) -> str:
        """The object's name and the nanosecond; what happens at once is told one nanosecond apart."""
        self._last = max(self._last + 1, int(now * 1e9))
        return f"{about['metadata']['name']}.{self._last:x}{self.registry.suffix(2)}"

    def _write(self, namespace: str, event: dict[str, Any]) -> None:
        if self.registry.store.get(_NAMESPACE, "", namespace) is not None:  # else nobody is left to read it
            self.registry.create(_EVENT, namespace, event)

    def _frame(  # noqa: PLR0917 - read in the order of the names
        self, about: Obj, namespace: str, name: str, reason: str, message: str, type_: str, field: str
    ) -> dict[str, Any]:
        meta = about["metadata"]
        involved = {"apiVersion": about["apiVersion"], "kind": about["kind"], "name": meta["name"]}
        involved |= {"uid": meta["uid"], "resourceVersion": meta["resourceVersion"]}
        if meta.get("namespace"):
            involved["namespace"] = meta["namespace"]
        if field:
            involved["fieldPath"] = field
        return {
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "type": type_,
        }

    def forget_old(self) -> None:
        """Remove what is past the time that events are kept."""
        limit = stamp(self.clock.now() - _KEPT)
        for event in self.registry.store.objects(_EVENT):
            last = event.get("lastTimestamp") or event["metadata"]["creationTimestamp"]
            if last < limit:
                self.registry.ignore_missing(_EVENT, event)
