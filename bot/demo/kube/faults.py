"""Trouble that tests switch on: a server that is slow, silent, overloaded or forgetful."""

from __future__ import annotations

import asyncio
import re

import msgspec
from aiohttp import web

from bot.demo.kube.errors import ApiError


class Refusal(msgspec.Struct):
    """Answer matching requests with an error, ``times`` times."""

    code: int
    pattern: re.Pattern[str]
    times: int
    retry_after: int


class Faults:
    """``slow``: seconds before every answer. ``half_open``: connections stand, nothing comes through them."""

    def __init__(self) -> None:
        self.slow = 0.0
        self.half_open = False
        self.watches: list[web.Request] = []
        self._refusals: list[Refusal] = []

    def refuse(self, code: int, pattern: str = ".*", *, times: int = 1, retry_after: int = 0) -> None:
        """Answer the next ``times`` requests whose ``METHOD /path?query`` matches with 429, 500, 503 or 504."""
        self._refusals.append(Refusal(code, re.compile(pattern), times, retry_after))

    def break_watches(self) -> None:
        """Cut every open watch in the middle, as a load balancer does."""
        for request in list(self.watches):
            if request.transport is not None:
                request.transport.abort()

    async def before(self, request: web.Request) -> None:
        """Called before each request is looked at."""
        if self.slow:
            await asyncio.sleep(self.slow)
        while self.half_open:  # noqa: ASYNC110 - a test flips a plain attribute
            await asyncio.sleep(0.05)
        for refusal in self._refusals:
            if refusal.times > 0 and refusal.pattern.search(f"{request.method} {request.rel_url}"):
                refusal.times -= 1
                raise _error(refusal)


def _error(refusal: Refusal) -> ApiError:
    reason, message = {
        429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
        500: ("InternalError", "Internal error occurred: etcdserver: leader changed"),
        503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
        504: ("Timeout", "Timeout: request did not complete within the allotted timeout"),
    }.get(refusal.code, ("InternalError", "Internal error occurred"))
    details = {"retryAfterSeconds": refusal.retry_after} if refusal.retry_after else {}
    return ApiError(refusal.code, reason, message, details)
