"""A Reader over objects given as JSON, with the API server's own ways of saying no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.errors import KubeError, NotFound
from bot.core.objects import Event
from bot.core.ports import Log
from bot.core.ref import Kind, Ref


class FakeReader:
    """``logs`` is keyed by (pod, container, previous). ``calls`` tells what was asked, in order."""

    def __init__(self, *objects: dict[str, Any], cluster: str = "prod") -> None:
        self.cluster = cluster
        self.objects = list(objects)
        self.logs: dict[tuple[str, str, bool], str] = {}
        self.cut = False
        self.happened: list[Event] = []
        self.used: dict[str, dict[str, dict[str, str]]] = {}
        self.error: Exception | None = None
        self.calls: list[tuple[Any, ...]] = []

    async def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any]:
        self.calls.append(("get", kind.name, namespace, name))
        for found in await self.list(kind, namespace):
            if found["metadata"]["name"] == name:
                return found
        raise NotFound(f'{kind.plural} "{name}" not found', status=404, reason="NotFound", cluster=self.cluster)

    async def list(
        self, kind: Kind, namespace: str = "", *, labels: str = "", fields: str = "", limit: int = 500
    ) -> list[dict[str, Any]]:
        self.calls.append(("list", kind.name, namespace, labels, fields))
        if self.error:
            raise self.error
        wanted = dict(pair.split("=", 1) for pair in labels.split(",") if pair)
        wanted_fields = dict(pair.split("=", 1) for pair in fields.split(",") if pair)
        return [
            item
            for item in self.objects
            if item["kind"] == kind.name
            and (not namespace or item["metadata"].get("namespace") == namespace)
            and wanted.items() <= item["metadata"].get("labels", {}).items()
            and all(_field(item, path) == value for path, value in wanted_fields.items())
        ][:limit]

    async def events(self, ref: Ref) -> Sequence[Event]:
        self.calls.append(("events", ref.kind, ref.namespace, ref.name))
        return [
            event
            for event in self.happened
            if (event.involved_object.kind, event.involved_object.name) == (ref.kind, ref.name)
            and (not ref.uid or event.involved_object.uid in {None, ref.uid})
        ]

    async def log(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        previous: bool = False,
        since_seconds: int | None = None,
        tail: int | None = None,
        timestamps: bool = False,
        limit_bytes: int = 1_000_000,
    ) -> Log:
        self.calls.append(("log", namespace, pod, container, previous, since_seconds, tail))
        if self.error:
            raise self.error
        text = self.logs.get((pod, container, previous))
        if text is None:
            if previous:
                why = f'previous terminated container "{container}" in pod "{pod}" not found'
                raise NotFound(why, status=404, reason="NotFound", cluster=self.cluster)
            why = f'container "{container}" in pod "{pod}" is waiting to start'
            raise KubeError(why, status=400, reason="BadRequest", cluster=self.cluster)
        lines = text.splitlines(keepends=True)
        kept = lines if tail is None else lines[len(lines) - tail :] if tail < len(lines) else lines
        return Log("".join(kept), previous, self.cut or len(kept) < len(lines))

    async def usage(self, namespace: str, pod: str) -> dict[str, dict[str, str]] | None:
        return self.used.get(pod)


def _field(item: dict[str, Any], path: str) -> str:
    value: Any = item
    for step in path.split("."):
        value = value.get(step, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, str) else ""
