"""Garbage: what loses its owner goes, a deleted namespace takes all along. New namespaces get their account."""

from __future__ import annotations

from bot.demo.kube.controllers.shared import Tools
from bot.demo.kube.errors import ApiError
from bot.demo.kube.resources import BY_KIND, RESOURCES
from bot.demo.kube.store import Change

_NAMESPACE, _ACCOUNT = BY_KIND["Namespace"], BY_KIND["ServiceAccount"]


class Collector:
    def __init__(self, tools: Tools) -> None:
        self.agenda, self.registry = tools.agenda, tools.registry

    def changed(self, change: Change) -> None:
        name, uid = change.new["metadata"]["name"], change.new["metadata"]["uid"]
        if change.resource is _NAMESPACE and change.type == "ADDED":
            self.agenda.after(0.05, lambda: self._account(name))
        if change.type == "DELETED" and change.resource.kind not in ("Event", "Lease"):
            self.agenda.after(0.1, lambda: self._orphans(uid))
            if change.resource is _NAMESPACE:
                self.agenda.after(0.1, lambda: self._empty(name))

    def _account(self, namespace: str) -> None:
        try:
            self.registry.create(_ACCOUNT, namespace, {"metadata": {"name": "default"}})
        except ApiError:
            return  # the namespace has gone already, or somebody made it

    def _orphans(self, uid: str) -> None:
        for resource in RESOURCES:
            for obj in self.registry.store.objects(resource):
                owners = obj["metadata"].get("ownerReferences") or []
                if any(owner["uid"] == uid for owner in owners):
                    self.registry.ignore_missing(resource, obj)

    def _empty(self, namespace: str) -> None:
        for resource in RESOURCES:
            if resource.namespaced:
                for obj in self.registry.store.objects(resource, namespace):
                    self.registry.ignore_missing(resource, obj)
