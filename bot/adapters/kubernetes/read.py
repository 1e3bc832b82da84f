"""Reading one cluster on request: ``bot.core.ports.Reader``."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.adapters.kubernetes.decode import Decoders
from bot.adapters.kubernetes.transport import Transport, segment
from bot.core.errors import KubeError, NotFound, Unreachable
from bot.core.objects import Event
from bot.core.ports import Log
from bot.core.ref import BY_NAME, Kind, Ref
from bot.core.times import parse_time

_EVENT_PAGES = 4  # of 500: an object with more events than that is told by the newest of what we saw
_NO_LOG = b"unable to retrieve container logs for "  # the kubelet says so with HTTP 200, in place of the log
_LOG_SILENCE = 10.0  # seconds without a byte after which a log's node is taken for unreachable
_LOG_TOTAL = 30.0

_events = Decoders("Event")


class KubeReader:
    def __init__(self, transport: Transport) -> None:
        self.cluster = transport.cluster
        self._transport = transport

    async def get(self, kind: Kind, namespace: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await self._transport.get_json(_path(kind, namespace, name))
        return found

    async def list(
        self, kind: Kind, namespace: str = "", *, labels: str = "", fields: str = "", limit: int = 500
    ) -> list[dict[str, Any]]:
        selectors = {"labelSelector": labels, "fieldSelector": fields}
        query: dict[str, str | int] = {key: text for key, text in selectors.items() if text}
        found: list[dict[str, Any]] = []
        while len(found) < limit:
            page = await self._transport.get_json(
                _path(kind, namespace), {**query, "limit": min(500, limit - len(found))}
            )
            # Items of a list carry neither kind nor apiVersion; whoever prints one wants both.
            about = {"kind": kind.name, "apiVersion": f"{kind.group}/{kind.version}" if kind.group else kind.version}
            found += [{**about, **item} for item in page.get("items") or ()]
            query["continue"] = (page.get("metadata") or {}).get("continue") or ""
            if not query["continue"]:
                break
        return found[:limit]

    async def events(self, ref: Ref) -> Sequence[Event]:
        wanted = {"involvedObject.kind": ref.kind, "involvedObject.name": ref.name}
        if ref.namespace:
            wanted["involvedObject.namespace"] = ref.namespace
        if ref.uid and ref.kind != "Node":  # the kubelet writes the node's name where its uid belongs
            wanted["involvedObject.uid"] = ref.uid
        query: dict[str, str | int] = {"fieldSelector": ",".join(f"{key}={value}" for key, value in wanted.items())}
        found: list[Event] = []
        for _ in range(_EVENT_PAGES):
            body = await self._transport.get(_path(BY_NAME["Event"], ref.namespace), {**query, "limit": 500})
            try:
                page = _events.page(body)
            except msgspec.DecodeError as error:
                raise Unreachable(f"events of {ref}: {error}", cluster=self.cluster) from error
            found += page.items
            if not page.go_on:
                break
            query["continue"] = page.go_on
        return sorted(found, key=lambda event: parse_time(event.last_seen) or 0.0)

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
        query: dict[str, str | int] = {"container": container} if container else {}
        if previous:
            query["previous"] = "true"
        if timestamps:
            query["timestamps"] = "true"
        if since_seconds is not None:
            query["sinceSeconds"] = max(1, since_seconds)
        if tail is not None:
            query["tailLines"] = tail + 1  # one more than asked for shows whether there was more
        path = _path(BY_NAME["Pod"], namespace, pod) + "/log"
        try:
            content, cut = await self._newest(path, query, limit_bytes)
        except KubeError as error:
            if error.status == 400 and "previous terminated container" in str(error):
                raise _no_log(str(error), self.cluster) from error
            raise
        if content.startswith(_NO_LOG):
            raise _no_log(content.decode("utf-8", "replace").strip(), self.cluster)
        return _trim(content, cut=cut, tail=tail, previous=previous)

    async def _newest(self, path: str, query: dict[str, str | int], limit: int) -> tuple[bytes, bool]:
        """The last ``limit`` bytes of an answer of any length. limitBytes would keep the oldest, so we count here."""
        chunks: deque[bytes] = deque()
        size, cut = 0, False
        async with self._transport.stream(path, query, silence=_LOG_SILENCE, total=_LOG_TOTAL) as content:
            async for chunk in content.iter_any():
                chunks.append(chunk)
                size += len(chunk)
                while size - len(chunks[0]) >= limit:
                    size -= len(chunks.popleft())
                    cut = True
        whole = b"".join(chunks)
        return whole[-limit:] if limit else b"", cut or len(whole) > limit

    async def usage(self, namespace: str, pod: str) -> dict[str, dict[str, str]] | None:
        path = f"/apis/metrics.k8s.io/v1beta1/namespaces/{segment(namespace)}/pods/{segment(pod)}"
        try:
            found = await self._transport.request("GET", path)  # once: 503 is what a missing server looks like
        except NotFound:
            return None
        except Unreachable as error:
            if error.status == 503:
                return None
            raise
        read = msgspec.json.decode(found)
        when = {"timestamp": str(read["timestamp"])} if read.get("timestamp") else {}
        containers = read.get("containers") or ()
        return {one["name"]: {**{key: str(value) for key, value in one["usage"].items()}, **when} for one in containers}


def _path(kind: Kind, namespace: str, name: str = "") -> str:
    space = segment(namespace) if namespace else None
    return kind.path(space) + (f"/{segment(name)}" if name else "")


def _no_log(message: str, cluster: str) -> NotFound:
    return NotFound(message, status=404, reason="NotFound", cluster=cluster)


def _trim(content: bytes, *, cut: bool, tail: int | None, previous: bool) -> Log:
    """Whole lines only, ``tail`` of them at the most."""
    text = content.decode("utf-8", "replace")
    lines = text.split("\n")
    ends = lines.pop() if lines[-1] == "" else None
    if cut and len(lines) > 1:
        lines = lines[1:]  # its beginning was cut off
    if tail is not None and len(lines) > tail:
        lines, cut = lines[len(lines) - tail :], True
    return Log("\n".join(lines) + ("\n" if ends is not None and lines else ""), previous, cut)
