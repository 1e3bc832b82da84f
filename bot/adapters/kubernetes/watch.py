"""The reflector: keeps the cache equal to one kind of one cluster, and says what changed.

LIST in pages, then WATCH from the list's version; when the watch ends, WATCH again from the last version seen. Only
410 (the version is too old) asks for a new list, which is compared with what is known, so that no deletion is lost.
Modelled on client-go's reflector.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable

import msgspec

from alerts.ports import WatchSink
from bot.adapters.kubernetes.backoff import Backoff
from bot.adapters.kubernetes.cache import Cache, Key, key_of
from bot.adapters.kubernetes.contact import Contact
from bot.adapters.kubernetes.decode import Change, Decoders
from bot.adapters.kubernetes.failures import error_class, is_gone
from bot.adapters.kubernetes.lines import LineReader
from bot.adapters.kubernetes.transport import Query, Transport
from bot.core.errors import Forbidden, KubeError, NotFound, Unreachable
from bot.core.objects import Object
from bot.core.ref import Kind

_log = logging.getLogger(__name__)
_VERY_SHORT = 1.0  # seconds: a watch that ends sooner and said nothing is a failure, or it would be repeated at once
_STEADY = 10.0  # seconds: a watch that stood so long was no failure, even if nothing happened meanwhile
_CRASH_WAIT = 5.0  # seconds after an error of ours before the watch is taken up again
_UNKNOWN_TO_IT = 401  # Unauthorized: not a missing right but a missing identity


class Reflector:
    """One kind, in one namespace or in all (empty)."""

    def __init__(
        self,
        transport: Transport,
        kind: Kind,
        cache: Cache,
        sink: WatchSink,
        contact: Contact,
        *,
        namespace: str = "",
        sleep: Callable[[float], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self.kind = kind
        self.problem = ""  # what a person must do for this kind to be watched; empty while all is well
        self.name = f"{kind.plural} in {namespace}" if namespace else kind.plural
        self._transport = transport
        self._settings = transport.settings
        self._cache = cache
        self._sink = sink
        self._contact = contact
        self._namespace = namespace
        self._sleep = sleep or contact.rest
        self._clock = clock
        self._rand = rand
        self._path = kind.path(namespace or None)
        self._decoders = Decoders(kind.name)
        self._backoff = Backoff(self._settings.backoff_min, self._settings.backoff_max, rand)
        self._version = ""
        self._outages = 0  # of the cluster, when it was last listed
        self._relists = 0  # in a row, because of 410
        self._since = math.inf  # when the current watch began
        cache.expect(kind.name, namespace)
        contact.add(self.name, essential=kind.name == "Pod")

    async def run(self) -> None:
        """Never returns; cancel it."""
        while True:
            try:
                await self._turn()
            except Exception:  # noqa: BLE001 - an error of ours must not leave a kind unwatched for good
                _log.exception("watch of %s in %s failed", self.name, self._cache.cluster)
                self._version = ""
                await self._sleep(_CRASH_WAIT)

    async def _turn(self) -> None:
        """One list if there is need of one, one watch, and the wait that its end asks for."""
        self._since = math.inf
        try:
            # An outage that was told ends with a list, so that the sink knows when its view is whole again.
            if not self._version or self._outages != self._contact.outages:
                self._outages = self._contact.outages
                self._version = ""
                self._version = await self._list()
            await self._watch()
        except NotFound as error:
            await self._unserved(error)
        except Forbidden as error:
            if error.status == _UNKNOWN_TO_IT:
                await self._refused(error)
                return
            self._forbidden(error)
            await self._sleep(self._settings.forbidden_wait * (0.5 + self._rand()))
        except KubeError as error:
            if self._clock() - self._since >= _STEADY:
                self._fine()
            if is_gone(error):
                await self._list_again(error)
            else:
                await self._wait_after(error)

    def _fine(self) -> None:
        self._backoff.reset()
        self._relists = 0

    async def _list_again(self, error: KubeError) -> None:
        """410: the first costs nothing, a second one in a row waits."""
        _log.info("%s in %s: too old to go on (%s); listing again", self.name, self._cache.cluster, error)
        self._version = ""
        self._contact.ok(self.name)
        self._relists += 1
        if self._relists > 1:
            await self._sleep(self._backoff.next())

    async def _wait_after(self, error: KubeError) -> None:
        self._contact.failed(self.name, str(error))
        first = self._backoff.failures == 0
        pause = max(self._backoff.next(), error.retry_after if isinstance(error, Unreachable) else 0.0)
        # A kind in which nothing happens, on a server without bookmarks for it, looks just like a half-open connection.
        quiet = self._clock() - self._since >= self._settings.silence
        level = logging.WARNING if first and not quiet else logging.DEBUG
        _log.log(level, "%s in %s: %s; again in %.1f s", self.name, self._cache.cluster, error, pause)
        await self._sleep(pause)

    # --- list

    async def _list(self) -> str:
        """Take in the whole list page by page; returns its version.

        No resourceVersion: with resourceVersion=0 the server's cache ignores the limit and sends everything at once.
        """
        gone = set(self._cache.keys(self.kind.name, self._namespace))
        query: dict[str, str | int] = {"limit": self._settings.page}
        while True:
            body = await self._transport.request(
                "GET", self._path, query, timeout=self._settings.request_timeout, repeat=False
            )
            try:
                page = self._decoders.page(body)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Unreachable(f"GET {self._path}: the answer is no list: {error}") from error
            self._contact.ok(self.name)
            for found in page.items:
                gone.discard(key_of(found))
                self._take(found)
            gone.difference_update(key_of(meta) for meta in page.left_out)
            if not page.go_on:
                break
            query["continue"] = page.go_on
            await asyncio.sleep(0)
        self._finish_list(gone)
        return page.version

    def _finish_list(self, gone: set[Key]) -> None:
        for key in gone:
            self._forget(key)
        self._cache.arrived(self.kind.name, self._namespace)
        self.problem = ""
        if self._cache.synced(self.kind.name):
            self._guard(lambda: self._sink.listed(self._cache.cluster, self.kind.name))

    # --- watch

    async def _watch(self) -> None:
        """Follow changes until the server ends the watch. Raises KubeError; ``_version`` stands where it stopped."""
        lasts = int(self._settings.watch_min * (1 + self._rand()))
        query: Query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": lasts,
        }
        lines, said_something = LineReader(), False
        async with self._transport.stream(
            self._path, query, silence=self._settings.silence, total=lasts + self._settings.silence
        ) as content:
            self._since = self._clock()
            self._contact.ok(self.name)
            if self._outages != self._contact.outages:  # told while this watch waited for its answer: list first
                return
            async for chunk in content.iter_any():
                if self._contact.away:
                    self._contact.ok(self.name)
                said_something = True
                await self._handle(self._split(lines, chunk))
        if not said_something and self._clock() - self._since < _VERY_SHORT:
            raise Unreachable(f"watch of {self.name} ended as soon as it began")

    def _split(self, lines: LineReader, chunk: bytes) -> list[bytes]:
        try:
            return lines.feed(chunk)
        except ValueError as error:
            self._version = ""
            raise Unreachable(f"watch of {self.name}: {error}") from error

    async def _handle(self, lines: list[bytes]) -> None:
        turn_ends = self._clock() + self._settings.slice
        for line in lines:
            try:
                change = self._decoders.line(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                self._version = ""  # what was lost is unknown: only a list can tell
                raise Unreachable(f"watch of {self.name}: not a watch event: {error}") from error
            self._apply(change)
            if self._clock() >= turn_ends:
                await asyncio.sleep(0)
                turn_ends = self._clock() + self._settings.slice

    def _apply(self, change: Change) -> None:
        if change.failure is not None:
            self._version = ""
            code, reason = change.failure.code or 0, change.failure.reason or ""
            message = change.failure.message or f"watch of {self.name}: error {code}"
            raise error_class(code, reason)(message, status=code, reason=reason, cluster=self._cache.cluster)
        if change.type == "DELETED":
            self._forget(key_of(change.object))
        elif change.type in ("ADDED", "MODIFIED") and change.object is not None:
            self._take(change.object)
        self._fine()
        if change.version:
            self._version = change.version

    # --- what is known

    def _take(self, found: Object) -> None:
        namespace, name = key_of(found)
        old = self._cache.get(self.kind.name, namespace, name)
        if old is not None:
            if old.metadata.resource_version == found.metadata.resource_version:
                return
            if old.metadata.uid != found.metadata.uid:  # deleted and made anew while we did not look
                self._forget((namespace, name))
                old = None
        self._cache.put(self.kind.name, found)
        self._guard(lambda: self._sink.changed(self._cache.cluster, self.kind.name, old, found))

    def _forget(self, key: Key) -> None:
        old = self._cache.drop(self.kind.name, key)
        if old is not None:
            self._guard(lambda: self._sink.changed(self._cache.cluster, self.kind.name, old, None))

    def _guard(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception:  # noqa: BLE001 - the cache is right; one detector's error must not cost the watch
            _log.exception("what was seen of %s in %s could not be handled", self.name, self._cache.cluster)

    async def _unserved(self, error: NotFound) -> None:
        """The server does not know this kind (a CRD that is not installed): none exist. Look again later."""
        self._contact.ok(self.name)
        self._version = ""
        if not self._cache.synced(self.kind.name) or self._cache.count(self.kind.name):
            _log.info("%s in %s: not served (%s)", self.name, self._cache.cluster, error)
            self._finish_list(set(self._cache.keys(self.kind.name, self._namespace)))
        await self._sleep(self._settings.unserved_wait * (0.5 + self._rand()))

    async def _refused(self, error: Forbidden) -> None:
        """401: our credentials are worth nothing any more. What is cached grows old, as when nobody answers."""
        why = f"it does not accept our credentials ({error}); is the token, the role or the access entry still valid?"
        self._contact.failed(self.name, why)
        self.problem = f"cluster {self._cache.cluster}: {why}"
        if self._backoff.failures == 0:
            _log.error("%s", self.problem)
        await self._sleep(self._backoff.next())

    def _forbidden(self, error: Forbidden) -> None:
        """It answers, so it is there; but only a person can mend this, and until then what is cached is history."""
        self._version = ""
        self._cache.expect(self.kind.name, self._namespace)
        group = self.kind.group or '""'
        rule = f"{{apiGroups: [{group}], resources: [{self.kind.plural}], verbs: [get, list, watch]}}"
        problem = (
            f"cluster {self._cache.cluster}: not allowed to list and watch {self.name} ({error}); "
            f"add {rule} to Watchkeeper's ClusterRole"
        )
        if problem != self.problem:
            self.problem = problem
            _log.error("%s", problem)
        if self.kind.name == "Pod":
            self._contact.failed(self.name, problem)
        else:
            self._contact.ok(self.name)
