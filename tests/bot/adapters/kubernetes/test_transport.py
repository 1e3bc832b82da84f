"""Requests as they go out, and what comes of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.adapters.kubernetes.access import Kubeconfig
from bot.adapters.kubernetes.settings import WatchSettings
from bot.adapters.kubernetes.transport import USER_AGENT, Transport, segment
from bot.core.errors import Conflict, Forbidden, NotFound, Unreachable
from bot.core.times import Seconds
from tests.bot.adapters.kubernetes.scripted import Api, answer, failure, hang, stream


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with Api() as made:
        yield made


class Clock:
    def __init__(self) -> None:
        self.now, self.pauses = 0.0, list[float]()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def made(api: Api, clock: Clock, settings: WatchSettings | None = None) -> Transport:
    return api.transport(settings, clock=clock, sleep=clock.sleep, rand=lambda: 0.5)


async def test_a_request_says_who_asks_and_asks_for_plain_json(api: Api) -> None:
    api.script("GET", "/x", answer({"a": 1}))
    assert await api.transport().get_json("/x", {"labelSelector": "app=web,tier in (a,b)"}) == {"a": 1}
    ((_, _, query, headers, _),) = api.asked
    assert headers["Authorization"] == "Bearer t0k3n"
    assert headers["User-Agent"] == USER_AGENT
    assert USER_AGENT.startswith("watchkeeper/")
    assert headers["Accept-Encoding"] == "identity"
    assert query == {"labelSelector": "app=web,tier in (a,b)"}


async def test_a_write_carries_its_body_type_and_audit_id(api: Api) -> None:
    api.script("PATCH", "/x", answer({}))
    patch = [{"op": "test", "path": "/a", "value": 1}]
    await api.transport().send_json("PATCH", "/x", patch, content_type="application/json-patch+json", agent="audit/7")
    ((_, _, _, headers, body),) = api.asked
    assert headers["Content-Type"] == "application/json-patch+json"
    assert headers["User-Agent"] == f"{USER_AGENT} audit/7"
    assert body == patch


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_read_is_repeated_with_growing_waits(api: Api, status: int) -> None:
    clock = Clock()
    api.script("GET", "/x", failure(status), failure(status), answer("fine"))
    assert await made(api, clock).get("/x") == b"fine"
    assert clock.pauses == pytest.approx([0.1875, 0.375])


async def test_a_read_waits_as_long_as_the_server_asks(api: Api) -> None:
    clock = Clock()
    api.script("GET", "/x", failure(429, headers={"Retry-After": "3"}), answer("fine"))
    await made(api, clock).get("/x")
    assert clock.pauses == [3.0]


async def test_reading_ends_at_its_limit(api: Api) -> None:
    clock = Clock()
    api.script("GET", "/x", failure(503, message="overloaded"))
    with pytest.raises(Unreachable, match="overloaded"):
        await made(api, clock).get("/x", limit=2)
    assert clock.now < 2


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_write_is_never_repeated(api: Api, status: int) -> None:
    api.script("PATCH", "/x", failure(status), answer({}))
    with pytest.raises(Unreachable):
        await api.transport().send_json("PATCH", "/x", {})
    assert len(api.asked) == 1


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (404, NotFound), (409, Conflict)])
async def test_a_clear_no_is_not_asked_again(api: Api, status: int, error: type[Exception]) -> None:
    api.script("GET", "/x", failure(status, message="no"))
    with pytest.raises(error, match="no"):
        await api.transport().get("/x")
    assert len(api.asked) == 1


async def test_a_refused_token_is_renewed_once_also_for_writes(api: Api) -> None:
    class Renewing(Kubeconfig):
        async def renew(self) -> None:
            assert self._configuration is not None
            self._configuration.api_key["BearerToken"] = "Bearer fresh"

    api.script("PATCH", "/x", failure(401, "Unauthorized"), answer({"ok": 1}))
    transport = Transport("prod", Renewing(api.kubeconfig("old")))
    assert await transport.send_json("PATCH", "/x", {}) == {"ok": 1}
    assert [headers["Authorization"] for *_, headers, _ in api.asked] == ["Bearer old", "Bearer fresh"]
    api.script("PATCH", "/x", failure(401, "Unauthorized", "Unauthorized"))
    with pytest.raises(Forbidden):
        await transport.send_json("PATCH", "/x", {})
    assert len(api.asked) == 4
    await transport.close()


async def test_a_server_that_hangs_is_left(api: Api) -> None:
    api.script("GET", "/x", hang())
    with pytest.raises(Unreachable, match="GET /x: no answer in time"):
        await api.transport().request("GET", "/x", timeout=0.05)


async def test_a_stream_that_falls_silent_is_left(api: Api) -> None:
    api.script("GET", "/x", stream(b"one"))
    transport, got = api.transport(), bytearray()

    async def read() -> None:
        async with transport.stream("/x", silence=0.05) as content:
            async for chunk in content.iter_any():
                got.extend(chunk)

    with pytest.raises(Unreachable, match="no answer in time"):
        await read()
    assert got == b"one"


async def test_nobody_there(api: Api) -> None:
    transport = api.transport(WatchSettings(retry_limit=Seconds(0.1)))
    await api.stop()
    with pytest.raises(Unreachable, match="GET /x: Cannot connect"):
        await transport.get("/x")


async def test_an_answer_that_is_no_json(api: Api) -> None:
    api.script("GET", "/x", answer("<html>"))
    with pytest.raises(Unreachable, match="not JSON"):
        await api.transport().get_json("/x")


async def test_a_stream_left_early_does_not_hold_its_connection(api: Api) -> None:
    api.script("GET", "/x", stream(b"one\n"))
    api.script("GET", "/y", answer("fine"))
    transport = api.transport()
    async with transport.stream("/x", silence=5) as content:
        assert await content.readany() == b"one\n"
    assert await asyncio.wait_for(transport.get("/y"), 2) == b"fine"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_cannot_be_a_name_is_not_put_into_a_path(name: str) -> None:
    with pytest.raises(NotFound):
        segment(name)


def test_a_name_stays_one_segment() -> None:
    assert segment("a/../../secrets?x=1#y") == "a%2F..%2F..%2Fsecrets%3Fx%3D1%23y"
    assert segment("system:node:a") == "system:node:a"
