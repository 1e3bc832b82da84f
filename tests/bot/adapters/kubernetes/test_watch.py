"""The reflector against a server that pages, cuts, hangs, forgets and forbids."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web

from bot.adapters.kubernetes.cache import Cache
from bot.adapters.kubernetes.contact import Contact
from bot.adapters.kubernetes.settings import WatchSettings
from bot.adapters.kubernetes.watch import Reflector
from bot.core.ref import BY_NAME
from bot.core.times import Seconds
from tests.bot.adapters.kubernetes.scripted import (
    Answer,
    Api,
    Seen,
    answer,
    bookmark,
    failure,
    line,
    listing,
    pod,
    status_object,
    stream,
    until,
)

PODS = "/api/v1/pods"
ROLLOUTS = "/apis/argoproj.io/v1alpha1/rollouts"


class Watch:
    """A running reflector, what it told, and the waits it asked for."""

    def __init__(self, api: Api, kind: str, settings: WatchSettings | None = None, namespace: str = "") -> None:
        self.seen, self.cache, self.pauses = Seen(), Cache("prod"), list[float]()
        self.hold: asyncio.Event | None = None  # keeps the wait after a 403 from ending
        self.contact = Contact("prod", self.seen, after=(settings or WatchSettings()).unreachable_after)
        transport = api.transport(settings)
        self.reflector = Reflector(
            transport, BY_NAME[kind], self.cache, self.seen, self.contact,
            namespace=namespace, sleep=self._sleep, rand=lambda: 0.5,
        )  # fmt: skip

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await (self.hold.wait() if self.hold and seconds == 60 else asyncio.sleep(0.001))

    @property
    def told(self) -> list[tuple[str, ...]]:
        return self.seen.told

    def names(self) -> list[str]:
        return sorted(found.metadata.name for found in self.cache.items(self.reflector.kind.name))


@asynccontextmanager
async def watching(
    lists: list[Answer], watches: list[Answer], *, kind: str = "Pod", path: str = PODS, **settings: Any
) -> AsyncIterator[tuple[Api, Watch]]:
    async with Api() as api:
        api.script("LIST", path, *lists)
        if watches:
            api.script("WATCH", path, *watches)
        watch = Watch(api, kind, msgspec.structs.replace(WatchSettings(), **settings))
        task = asyncio.create_task(watch.reflector.run())
        try:
            yield api, watch
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            watch.contact.stop()


async def test_a_quiet_cluster_tells_nothing_but_its_list() -> None:
    async with watching([answer(listing([], 5))], [stream(bookmark(6))]) as (api, watch):
        await until(lambda: api.queries("WATCH", PODS))
        await asyncio.sleep(0.02)
        assert watch.told == [("listed", "Pod")]
        assert watch.cache.synced("Pod")
        assert watch.pauses == []


async def test_pages_are_read_to_the_end_before_the_list_is_told() -> None:
    pages = [answer(listing([pod("a", 1), pod("b", 2)], 7, "more")), answer(listing([pod("c", 3)], 7))]
    async with watching(pages, [], page=2) as (api, watch):
        await until(lambda: api.queries("WATCH", PODS))
        assert watch.told == [("added", "a"), ("added", "b"), ("added", "c"), ("listed", "Pod")]
        first, second = api.queries("LIST", PODS)
        assert first == {"limit": "2"}  # no resourceVersion=0: the server would ignore the limit
        assert second == {"limit": "2", "continue": "more"}
        (query,) = api.queries("WATCH", PODS)
        assert query["resourceVersion"] == "7"
        assert query["allowWatchBookmarks"] == "true"
        assert 300 <= int(query["timeoutSeconds"]) <= 600


async def test_it_is_not_synced_while_pages_are_missing() -> None:
    pages = [answer(listing([pod("a", 1)], 7, "more")), failure(500)]
    async with watching(pages, []) as (api, watch):
        await until(lambda: len(api.queries("LIST", PODS)) > 2)
        assert not watch.cache.synced("Pod")
        assert ("listed", "Pod") not in watch.told


async def test_an_expired_page_token_starts_the_list_again() -> None:
    pages = [
        answer(listing([pod("a", 1), pod("b", 2)], 7, "more")),
        failure(410, "Expired", "The provided continue parameter is too old"),
        answer(listing([pod("b", 2), pod("c", 9)], 10)),
    ]
    async with watching(pages, []) as (api, watch):
        await until(lambda: api.queries("WATCH", PODS))
        assert watch.names() == ["b", "c"]  # a was deleted between the two lists
        assert watch.told[-2:] == [("deleted", "a"), ("listed", "Pod")]


async def test_changes_come_with_what_was_and_what_is() -> None:
    events = stream(
        line("ADDED", pod("b", 8)), line("MODIFIED", pod("a", 9, phase="Failed")), line("DELETED", pod("b", 10))
    )
    async with watching([answer(listing([pod("a", 1)], 7))], [events]) as (_, watch):
        await until(lambda: ("deleted", "b") in watch.told)
        assert watch.told[2:] == [("added", "b"), ("modified", "a"), ("deleted", "b")]
        old, new = watch.seen.changes[2]
        assert (old.status.phase, new.status.phase) == ("Running", "Failed")  # type: ignore[union-attr]
        assert watch.cache.by_uid("Pod", "uid-a") is new
        assert watch.cache.by_uid("Pod", "uid-b") is None


async def test_lines_may_be_cut_anywhere_and_be_large() -> None:
    big = pod("big", 9, message="x" * 1_500_000)
    whole = line("ADDED", pod("a", 8)) + line("ADDED", big) + line("ADDED", pod("z", 10))
    cuts = [3, 100, 101, 102, 70_000, 900_000, len(whole) - 4, len(whole)]
    chunks = [whole[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
    async with watching([answer(listing([], 7))], [stream(*chunks)]) as (_, watch):
        await until(lambda: len(watch.told) == 4)
        assert watch.names() == ["a", "big", "z"]


async def test_after_a_broken_connection_it_goes_on_from_the_last_version() -> None:
    watches = [stream(line("ADDED", pod("a", 8)), bookmark(20), end="break"), stream(line("ADDED", pod("b", 21)))]
    async with watching([answer(listing([], 7))], watches) as (api, watch):
        await until(lambda: ("added", "b") in watch.told)
        assert [query["resourceVersion"] for query in api.queries("WATCH", PODS)] == ["7", "20"]
        assert len(api.queries("LIST", PODS)) == 1
        assert watch.told == [("listed", "Pod"), ("added", "a"), ("added", "b")]


async def test_a_watch_ended_in_order_is_taken_up_at_once() -> None:
    watches = [stream(bookmark(9), end="close"), stream(line("ADDED", pod("b", 10)))]
    async with watching([answer(listing([], 7))], watches) as (api, watch):
        await until(lambda: ("added", "b") in watch.told)
        assert watch.pauses == []
        assert api.queries("WATCH", PODS)[1]["resourceVersion"] == "9"


GONE = status_object(410, "Expired", "too old resource version: 8 (100)")


@pytest.mark.parametrize(
    "gone", [failure(410, "Expired", "too old"), stream(line("ERROR", GONE), end="close")], ids=["http", "event"]
)
async def test_too_old_means_a_new_list_and_its_differences(gone: Answer) -> None:
    lists = [
        answer(listing([pod("stays", 1), pod("changes", 2), pod("goes", 3), pod("again", 4, uid="first")], 7)),
        answer(listing([pod("stays", 1), pod("changes", 50), pod("again", 51, uid="second"), pod("new", 52)], 100)),
    ]
    async with watching(lists, [gone, stream()]) as (api, watch):
        await until(lambda: len(api.queries("WATCH", PODS)) == 2)
        assert watch.told[5:] == [
            ("modified", "changes"),
            ("deleted", "again"),
            ("added", "again"),
            ("added", "new"),
            ("deleted", "goes"),
            ("listed", "Pod"),
        ]
        assert api.queries("WATCH", PODS)[1]["resourceVersion"] == "100"
        assert watch.pauses == []


async def test_a_server_that_always_says_too_old_is_not_listed_in_a_rush() -> None:
    async with watching([answer(listing([], 7))], [failure(410, "Expired")]) as (_, watch):
        await until(lambda: len(watch.pauses) > 5)
        assert watch.pauses[3] > watch.pauses[0]
        assert watch.pauses[-1] <= 30


async def test_failures_wait_longer_each_time_and_a_success_ends_that() -> None:
    lists = [failure(503), failure(500), failure(503), failure(500), answer(listing([], 7))]
    watches = [stream(bookmark(8), end="break"), stream()]
    async with watching(lists, watches) as (api, watch):
        await until(lambda: len(api.queries("WATCH", PODS)) == 2)
        assert watch.pauses == pytest.approx([0.6, 1.2, 2.4, 4.8, 0.6])


async def test_the_server_says_when_to_come_back() -> None:
    lists = [failure(429, "TooManyRequests", headers={"Retry-After": "7"}), answer(listing([], 7))]
    async with watching(lists, []) as (api, watch):
        await until(lambda: api.queries("WATCH", PODS))
        assert watch.pauses == [7.0]


async def test_a_watch_that_ends_at_once_and_empty_is_a_failure() -> None:
    async with watching([answer(listing([], 7))], [stream(end="close")]) as (_, watch):
        await until(lambda: len(watch.pauses) > 3)
        assert watch.pauses[3] > watch.pauses[0]


async def test_a_half_open_connection_is_noticed_by_its_silence(caplog: pytest.LogCaptureFixture) -> None:
    watches = [stream(line("ADDED", pod("a", 8))), stream(line("ADDED", pod("b", 9)))]
    async with watching([answer(listing([], 7))], watches, silence=Seconds(0.1)) as (api, watch):
        await until(lambda: ("added", "b") in watch.told)
        assert api.queries("WATCH", PODS)[1]["resourceVersion"] == "8"
    assert [record for record in caplog.records if record.levelname == "WARNING"] == [], "it may as well be quiet"


async def test_a_kind_that_is_not_served_has_no_objects_and_is_looked_for_again() -> None:
    served = {"metadata": {"resourceVersion": "3"}, "items": [{"metadata": {"name": "web", "resourceVersion": "2"}}]}
    lists = [failure(404, message="the server could not find the requested resource"), answer(served)]
    async with watching(lists, [], kind="Rollout", path=ROLLOUTS) as (_, watch):
        await until(lambda: ("added", "web") in watch.told)
        assert watch.told == [("listed", "Rollout"), ("added", "web"), ("listed", "Rollout")]
        assert watch.pauses == [180.0]


async def test_a_missing_right_is_said_with_what_to_add_and_tried_slowly() -> None:
    lists = [failure(403, "Forbidden", 'pods is forbidden: User "bot" cannot list resource "pods"')]
    async with watching(lists, []) as (_, watch):
        await until(lambda: len(watch.pauses) > 2)
        assert 'add {apiGroups: [""], resources: [pods], verbs: [get, list, watch]}' in watch.reflector.problem
        assert set(watch.pauses) == {60.0}
        assert not watch.cache.synced("Pod")
        assert watch.contact.away, "without its pods nothing true can be said of a cluster"


async def test_a_right_that_is_taken_away_makes_what_is_known_history_and_its_return_lists_anew() -> None:
    lists = [answer(listing([pod("a", 1)], 7)), failure(403, "Forbidden"), answer(listing([], 30))]
    watches = [stream(bookmark(9), end="break"), failure(403, "Forbidden"), stream()]
    async with watching(lists, watches, unreachable_after=Seconds(0.05)) as (_, watch):
        watch.hold = asyncio.Event()
        await until(lambda: not watch.cache.synced("Pod") and watch.contact.told)
        assert "not allowed to list and watch pods" in watch.contact.why
        assert ("unreachable", "prod") in watch.told
        watch.hold.set()
        await until(lambda: ("deleted", "a") in watch.told)
        assert watch.cache.synced("Pod")
        assert not watch.contact.told


async def test_another_kind_that_may_not_be_watched_is_no_outage() -> None:
    async with watching([failure(403, "Forbidden")], [], kind="Rollout", path=ROLLOUTS) as (_, watch):
        await until(lambda: len(watch.pauses) > 2)
        assert watch.reflector.problem
        assert not watch.contact.away


async def test_an_outage_that_was_told_while_a_watch_waited_for_its_answer_ends_with_a_list() -> None:
    slow: asyncio.Event = asyncio.Event()
    opened = stream(line("ADDED", pod("b", 10)))

    async def waits(request: web.Request) -> web.StreamResponse:
        await slow.wait()
        return await opened(request)

    async with watching([answer(listing([pod("a", 1)], 7))], [waits]) as (api, watch):
        await until(lambda: api.queries("WATCH", PODS))
        watch.contact.outages += 1
        slow.set()
        await until(lambda: ("added", "b") in watch.told)
        assert len(api.queries("LIST", PODS)) == 2
        assert watch.told.count(("listed", "Pod")) == 2


async def test_credentials_that_are_refused_make_the_cluster_unknown_until_they_are_accepted_again() -> None:
    lists = [answer(listing([], 7)), *[failure(401, "Unauthorized", "Unauthorized")] * 3, answer(listing([], 9))]
    watches = [failure(410, "Expired", "too old"), stream(line("ADDED", pod("b", 10)))]
    async with watching(lists, watches) as (_, watch):
        await until(lambda: watch.contact.away)
        assert "does not accept our credentials" in watch.contact.why
        assert "credentials" in watch.reflector.problem
        await until(lambda: ("added", "b") in watch.told)
        assert not watch.contact.away
        assert not watch.reflector.problem


async def test_one_odd_object_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    odd = pod("odd", 2)
    odd["status"] = {"containerStatuses": "nonsense"}
    lists = [answer(listing([pod("a", 1), odd], 7))]
    events = stream(line("MODIFIED", odd), line("ADDED", pod("b", 9)))
    async with watching(lists, [events]) as (_, watch):
        await until(lambda: ("added", "b") in watch.told)
        assert watch.names() == ["a", "b"]
    assert "Pod odd is left out" in caplog.text


async def test_a_sink_that_fails_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    async with watching([answer(listing([pod("a", 1)], 7))], [stream(line("ADDED", pod("b", 9)))]) as (_, watch):
        broken: Callable[..., None] = lambda *_: 1 / 0  # type: ignore[assignment,return-value]  # noqa: E731
        watch.seen.changed = broken  # type: ignore[method-assign]
        await until(lambda: watch.names() == ["a", "b"])
    assert "could not be handled" in caplog.text


async def test_garbage_in_the_stream_means_a_new_list() -> None:
    watches = [stream(b"<html>proxy</html>\n"), stream()]
    async with watching([answer(listing([], 7))], watches) as (api, _):
        await until(lambda: len(api.queries("WATCH", PODS)) == 2)
        assert len(api.queries("LIST", PODS)) == 2


async def test_a_namespace_is_listed_and_compared_on_its_own() -> None:
    async with Api() as api:
        path = "/api/v1/namespaces/shop/pods"
        api.script("LIST", path, answer(listing([], 7)))
        watch = Watch(api, "Pod", namespace="shop")
        watch.cache.put(
            "Pod", msgspec.convert(pod("other", 1, namespace="payments"), watch.reflector._decoders._one.type)
        )
        task = asyncio.create_task(watch.reflector.run())
        await until(lambda: api.queries("WATCH", path))
        assert watch.names() == ["other"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_after_an_outage_the_new_list_does_not_wait_out_the_backoff() -> None:
    lists = [answer(listing([], 7))]
    watches = [failure(503), failure(503), failure(503), failure(410, "Expired"), stream()]
    async with watching(lists, watches) as (api, watch):
        await until(lambda: len(api.queries("WATCH", PODS)) == 5)
        assert watch.pauses == pytest.approx([0.6, 1.2, 2.4])


async def test_an_object_that_no_longer_decodes_is_not_taken_for_deleted() -> None:
    odd = pod("a", 50) | {"status": {"conditions": 5}}
    lists = [answer(listing([pod("a", 1)], 7)), answer(listing([odd], 60))]
    async with watching(lists, [failure(410, "Expired"), stream()]) as (api, watch):
        await until(lambda: len(api.queries("WATCH", PODS)) == 2)
        assert watch.names() == ["a"]
        assert ("deleted", "a") not in watch.told


async def test_any_error_event_asks_for_a_new_list_after_a_wait() -> None:
    broken = stream(line("ERROR", status_object(500, "InternalError", "etcd event lost")), end="close")
    async with watching([answer(listing([], 7)), answer(listing([], 9))], [broken, stream()]) as (api, watch):
        await until(lambda: len(api.queries("WATCH", PODS)) == 2)
        assert [query["resourceVersion"] for query in api.queries("WATCH", PODS)] == ["7", "9"]
        assert len(watch.pauses) == 1


async def test_an_outage_that_was_told_ends_with_a_list_so_that_the_view_is_known_to_be_whole() -> None:
    lists = [answer(listing([pod("a", 1)], 7)), answer(listing([pod("a", 1)], 30))]
    async with watching(lists, [stream(bookmark(9), end="break"), stream()], unreachable_after=Seconds(0)) as (
        _,
        watch,
    ):
        await until(lambda: watch.told.count(("listed", "Pod")) == 2)
        assert watch.contact.outages == 1
        assert watch.told.count(("added", "a")) == 1
