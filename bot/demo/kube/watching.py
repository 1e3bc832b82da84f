"""Watches: a stream of JSON lines, with bookmarks, time-outs, selectors, and 410 for what is too old."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from bot.demo.kube import query as q
from bot.demo.kube.errors import expired
from bot.demo.kube.faults import Faults
from bot.demo.kube.listing import too_large
from bot.demo.kube.resources import Resource
from bot.demo.kube.selectors import Match, field_selector, label_selector
from bot.demo.kube.store import Change, Obj, ObjectStore

_BOOKMARK_EVERY = 60.0  # the watch cache's defaultBookmarkFrequency
_LAST_BOOKMARK_BEFORE_END = 2.0  # ... and one shortly before the time-out, so that the client resumes from it
_DEFAULT_TIMEOUT = 1800.0  # the server takes a random time between this and twice this
_FUTURE_WAIT = 3.0  # how long the server waits for a version that it has not seen yet
_INITIAL_EVENTS_END = {"k8s.io/initial-events-end": "true"}


class Watch:
    """One client's stream over one resource."""

    def __init__(
        self, store: ObjectStore, resource: Resource, namespace: str, query: Mapping[str, str], *, partial: bool
    ) -> None:
        q.check_list_options(query)
        labels = label_selector(query.get("labelSelector", ""))
        fields = field_selector(resource, query.get("fieldSelector", ""))
        self.store, self.resource, self.namespace, self.partial = store, resource, namespace, partial
        self.wants: Match = lambda obj: (
            (not namespace or obj["metadata"].get("namespace") == namespace) and labels(obj) and fields(obj)
        )
        self.start = q.version(query)
        self.bookmarks = q.boolean(query, "allowWatchBookmarks")
        self.initial_events = q.boolean(query, "sendInitialEvents")
        seconds = q.integer(query, "timeoutSeconds")
        self.seconds = float(seconds) if seconds else _DEFAULT_TIMEOUT * (1 + random.random())  # noqa: S311 - jitter
        self.queue: asyncio.Queue[Change] = asyncio.Queue()
        self.begun = self.start or store.version
        self.progress = self.begun

    def event(self, change: Change) -> tuple[str, Obj] | None:
        """What this client is told: an object that stops matching its selectors is deleted for it."""
        if change.resource is not self.resource:
            return None
        before = change.old is not None and self.wants(change.old)
        after = change.type != "DELETED" and self.wants(change.new)
        if not before and not after:
            return None
        if before and after:
            return "MODIFIED", change.new
        if after:
            return "ADDED", change.new
        last = change.old if change.type != "DELETED" and change.old is not None else change.new
        meta = {**last["metadata"], "resourceVersion": str(change.version)}
        return "DELETED", {**last, "metadata": meta}

    def line(self, kind: str, obj: Obj) -> bytes:
        body = q.partial(obj) if self.partial and kind != "ERROR" else obj
        return msgspec.json.encode({"type": kind, "object": body}) + b"\n"

    def bookmark(self, annotations: dict[str, str] | None = None) -> bytes:
        """Says how far this resource has come; only of use, and only sent, when it has moved."""
        meta: dict[str, Any] = {"resourceVersion": str(self.progress)}
        if annotations:
            meta["annotations"] = annotations
        obj = {"kind": self.resource.kind, "apiVersion": self.resource.api_version, "metadata": meta}
        if self.resource.kind == "Pod":
            obj |= {"spec": {"containers": None}, "status": {}}
        return self.line("BOOKMARK", obj)

    def first_lines(self) -> list[bytes]:
        """What is told before anything new happens: all that is there, or what was missed since ``start``."""
        if not self.start or self.initial_events:
            lines = [self.line("ADDED", obj) for obj in self.store.objects(self.resource) if self.wants(obj)]
            if self.initial_events and self.bookmarks:
                lines.append(self.bookmark(_INITIAL_EVENTS_END))
            return lines
        if self.start < self.store.oldest:
            return [self.too_old()]
        missed = self.store.since(self.start, self.resource)
        self.progress = missed[-1].version if missed else self.progress
        told = (self.event(change) for change in missed)
        return [self.line(*one) for one in told if one]

    def too_old(self) -> bytes:
        error = expired(f"too old resource version: {self.start} ({self.store.oldest})")
        return self.line("ERROR", error.body())


async def serve(watch: Watch, request: web.Request, faults: Faults) -> web.StreamResponse:
    """Answer a watch until its time-out, the client's leaving, or a fault."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Cache-Control": "no-cache, private"})
    response.enable_chunked_encoding()
    store = watch.store
    await response.prepare(request)
    if watch.start is not None and watch.start > store.version:
        await asyncio.sleep(min(_FUTURE_WAIT, watch.seconds))
        if watch.start > store.version:
            await response.write(watch.line("ERROR", too_large(watch.start, store.version).body()))
            return response
    store.listeners.append(watch.queue.put_nowait)
    faults.watches.append(request)
    try:
        first = watch.first_lines()
        for line in first:
            await response.write(line)
        if not (first and first[0].startswith(b'{"type":"ERROR"')):
            await _stream(watch, request, response, faults)
    except ConnectionError:
        pass  # the client went away: the usual end of a watch
    finally:
        store.listeners.remove(watch.queue.put_nowait)
        faults.watches.remove(request)
    return response


async def _stream(watch: Watch, request: web.Request, response: web.StreamResponse, faults: Faults) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + watch.seconds
    compactions = watch.store.compactions
    last = max(loop.time(), end - _LAST_BOOKMARK_BEFORE_END)
    marks = [last] if watch.bookmarks and watch.seconds > _LAST_BOOKMARK_BEFORE_END else []
    mark = loop.time() + _BOOKMARK_EVERY
    # That the client has left (no transport any more) would else not be noticed until something is written.
    while (now := loop.time()) < end and request.transport is not None:
        try:
            async with asyncio.timeout(min(end, mark, *marks, now + 0.25) - now):
                change = await watch.queue.get()
        except TimeoutError:
            change = None
        if faults.half_open:
            continue  # the connection stands, and nothing comes through it
        if watch.store.compactions != compactions:
            watch.start = watch.start or 1
            await response.write(watch.too_old())
            return
        if change is not None:
            if change.resource is watch.resource:
                watch.progress = change.version
            told = watch.event(change)
            if told:
                await response.write(watch.line(*told))
        elif watch.bookmarks and (loop.time() >= mark or (marks and loop.time() >= marks[0])):
            # Every minute even for a kind in which nothing happens: etcd's progress notifications bring them.
            if loop.time() >= mark or watch.progress > watch.begun:
                await response.write(watch.bookmark())
            marks = [moment for moment in marks if moment > loop.time()]
            mark = loop.time() + _BOOKMARK_EVERY
