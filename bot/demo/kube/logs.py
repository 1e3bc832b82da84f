"""``pods/log``: options, their errors, and the bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from bot.core.times import parse_time
from bot.demo.kube import query as q
from bot.demo.kube.clock import Clock
from bot.demo.kube.errors import Cause, bad_request, invalid
from bot.demo.kube.ports import LogLine, Runtime

_FOLLOW_EVERY = 0.1


class LogOptions(msgspec.Struct, frozen=True):
    container: str
    previous: bool = False
    follow: bool = False
    timestamps: bool = False
    tail: int | None = None
    since: float | None = None
    limit: int | None = None


def options(query: Mapping[str, str], pod: dict[str, Any], now: float) -> LogOptions:
    """Raises the 400s and 422s of the real server."""
    name = pod["metadata"]["name"]
    causes: list[Cause] = []
    tail, seconds, limit = (q.integer(query, key) for key in ("tailLines", "sinceSeconds", "limitBytes"))
    if tail is not None and tail < 0:
        causes.append(Cause("tailLines", f"Invalid value: {tail}: must be greater than or equal to 0"))
    if limit is not None and limit < 1:
        causes.append(Cause("limitBytes", f"Invalid value: {limit}: must be greater than 0"))
    if seconds is not None and query.get("sinceTime"):
        told = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
        causes.append(Cause("[]", told, "FieldValueForbidden"))
    elif seconds is not None and seconds < 1:
        causes.append(Cause("sinceSeconds", f"Invalid value: {seconds}: must be greater than 0"))
    if causes:
        raise invalid("PodLogOptions", "", name, causes)
    since = now - seconds if seconds is not None else parse_time(query.get("sinceTime"))
    return LogOptions(
        container=_container(query.get("container", ""), pod),
        previous=q.boolean(query, "previous"),
        follow=q.boolean(query, "follow"),
        timestamps=q.boolean(query, "timestamps"),
        tail=tail,
        since=since,
        limit=limit,
    )


def _container(asked: str, pod: dict[str, Any]) -> str:
    spec, name = pod["spec"], pod["metadata"]["name"]
    main = [container["name"] for container in spec.get("containers") or []]
    init = [container["name"] for container in spec.get("initContainers") or []]
    if asked:
        if asked not in (*main, *init):
            raise bad_request(f"container {asked} is not valid for pod {name}")
        return asked
    if len(main) == 1:
        return str(main[0])
    told = f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]"
    if init:
        told += f" or one of the init containers: [{' '.join(init)}]"
    raise bad_request(told)


def body(lines: list[LogLine], wanted: LogOptions) -> bytes:
    """The newest ``tail`` lines since ``since``; ``limit`` cuts at the end, so the oldest of them survive."""
    kept = [line for line in lines if wanted.since is None or line.at >= wanted.since]
    if wanted.tail is not None:
        kept = kept[-wanted.tail :] if wanted.tail else []
    return b"".join(_line(line, timestamps=wanted.timestamps) for line in kept)[: wanted.limit]


def _line(line: LogLine, *, timestamps: bool) -> bytes:
    if not timestamps:
        return f"{line.text}\n".encode()
    at = datetime.fromtimestamp(line.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{at}000Z {line.text}\n".encode()


async def serve(request: web.Request, pod: dict[str, Any], runtime: Runtime, clock: Clock) -> web.StreamResponse:
    """Answer a GET of ``pods/log``."""
    wanted = options(request.query, pod, clock.now())
    lines = runtime.log(pod, wanted.container, previous=wanted.previous)
    if isinstance(lines, str):
        return web.Response(body=lines.encode(), content_type="text/plain")
    if not wanted.follow:
        return web.Response(body=body(lines, wanted), content_type="text/plain")
    return await _follow(request, pod, runtime, wanted, lines)


async def _follow(
    request: web.Request, pod: dict[str, Any], runtime: Runtime, wanted: LogOptions, lines: list[LogLine]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    sent = len(lines)
    try:
        await response.write(body(lines, wanted))
        while runtime.running(pod, wanted.container):
            await asyncio.sleep(_FOLLOW_EVERY)
            now = runtime.log(pod, wanted.container, previous=False)
            if isinstance(now, str):
                break
            fresh = b"".join(_line(line, timestamps=wanted.timestamps) for line in now[sent:])
            sent = len(now)
            if fresh:
                await response.write(fresh)
    except ConnectionError:
        pass  # the reader left
    return response
