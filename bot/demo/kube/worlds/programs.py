"""The services of the demo's shop: what they log, what they use, how they break."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from bot.demo.kube.programs import MIB, Curve, Program, Run, Start

_PATHS = (
    ("GET", "/v1/products?page=2", 200, 31),
    ("GET", "/v1/products/8f14e45f", 200, 12),
    ("POST", "/v1/cart/items", 201, 44),
    ("GET", "/v1/cart", 200, 18),
    ("GET", "/healthz", 200, 1),
    ("GET", "/v1/products/c9f0f895/reviews", 200, 57),
    ("POST", "/v1/orders", 201, 182),
    ("GET", "/v1/orders/45c48cce", 404, 9),
    ("GET", "/v1/search?q=lamp", 200, 73),
)
# Made up; they stand in the log so that one can see them being taken out.
_LEAKS = (
    "upstream auth retried: Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzaG9wIn0.c2lnbmF0dXJlLW9mLW5vdGhpbmc",
    "config reloaded: DATABASE_URL=postgres://shop:hunter2-not-real@db.shop.svc:5432/shop pool=20",
)


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S.%f")[:-5]


def _wave(base: float, swing: float, period: float = 300.0, shift: float = 0.0) -> Curve:
    return lambda seconds: base + swing * math.sin(2 * math.pi * seconds / period + shift)


def access_log(start: Start) -> Run:
    """``api`` and ``web``: a request every second or two, now and then a line that carries a secret."""
    every = 1.4 + start.random.random() * 0.4
    offset = start.random.randrange(len(_PATHS))
    name = start.container["name"]

    def line(n: int) -> str:
        at = _clock(start.now + 2 + n * every)
        if n % 37 == 11:
            return f"{at} WARN  {_LEAKS[(n // 37) % len(_LEAKS)]}"
        method, path, code, spent = _PATHS[(n * 5 + offset) % len(_PATHS)]
        took = spent + (n * 7919) % 23
        return f"{at} INFO  {method} {path} {code} {took}ms request_id={(n * 2654435761 + offset) % 2**32:08x}"

    begin = (
        (0.2, f"{_clock(start.now + 0.2)} INFO  {name} starting, GOMAXPROCS=2"),
        (0.9, f"{_clock(start.now + 0.9)} INFO  listening on :8080"),
    )
    shift = start.random.random() * 6
    return Run(
        lines=begin,
        talk=line,
        every=every,
        talk_from=2.0,
        unready_until=1.5,
        stops_in=1.0,
        stop_code=0,
        cpu=_wave(0.060, 0.02, shift=shift),
        memory=_wave(118 * MIB, 6 * MIB, 900, shift),
    )


def worker(start: Start) -> Run:
    """``ledger`` and ``search-db``: a quiet service with a line every twenty seconds."""

    def line(n: int) -> str:
        at = _clock(start.now + 3 + n * 20)
        return f"{at} INFO  checkpoint {4100 + n} written in {31 + (n * 17) % 40} ms"

    began = (0.3, f"{_clock(start.now + 0.3)} INFO  ready to accept connections")
    return Run(
        lines=(began,),
        talk=line,
        every=20.0,
        talk_from=3.0,
        unready_until=2.0,
        stops_in=0.8,
        stop_code=0,
        cpu=_wave(0.035, 0.01),
        memory=_wave(310 * MIB, 12 * MIB, 1200),
    )


def settle(start: Start) -> Run:
    """The nightly settlement: a Job that ends well."""
    said = (
        (0.1, "settlement for 2026-11-20"),
        (2.0, "read 18,204 transactions from ledger"),
        (5.0, "wrote 4 files, 18,204 rows, 0 rejected"),
        (5.5, "done"),
    )
    lines = tuple((at, f"{_clock(start.now + at)} INFO  {text}") for at, text in said)
    return Run(lines=lines, exits=6.0, code=0, cpu=lambda _s: 0.4, memory=lambda _s: 190.0 * MIB)


_WARMING = (
    (0.3, "INFO  checkout 1.42.0 starting (commit 9f2c1e7)"),
    (0.6, "INFO  payment providers: kakaopay, tosspay, card"),
    (0.9, "INFO  catalogue cache: preload enabled, 182,334 items"),
    (1.6, "INFO  loading catalogue, 45,000 of 182,334 items, heap 96 MiB"),
    (2.4, "INFO  loading catalogue, 91,000 of 182,334 items, heap 158 MiB"),
    (3.1, "WARN  gc pause 212 ms, heap 207 MiB"),
    (3.8, "INFO  cache warm 61 %, heap 231 MiB"),
    (4.4, "WARN  gc pause 640 ms, heap 249 MiB"),
    (4.8, "WARN  allocation of 8.4 MiB for shard 0x5b, heap 251 MiB"),
)


def checkout(start: Start) -> Run:
    """Version 1.42 preloads the catalogue, which takes 330 MiB: with a limit below that it is killed."""
    image = str(start.container["image"])
    limit = start.memory_limit() or 1024 * MIB
    if image.endswith(":1.42.0") and limit < 330 * MIB:
        lines = tuple((at, f"{_clock(start.now + at)} {text}") for at, text in _WARMING)

        def fill(seconds: float) -> float:
            return min(limit, (40 + 44 * seconds) * MIB)

        return Run(lines=lines, exits=5.0, code=137, reason="OOMKilled", unready_until=60.0, memory=fill)
    version = image.rpartition(":")[2]

    def line(n: int) -> str:
        at = _clock(start.now + 4 + n * 3)
        return f"{at} INFO  order {720_000 + n * 3} paid in {210 + (n * 37) % 190} ms"

    begin = (
        (0.3, f"{_clock(start.now + 0.3)} INFO  checkout {version} starting"),
        (1.5, f"{_clock(start.now + 1.5)} INFO  payment providers: kakaopay, tosspay, card"),
    )
    return Run(
        lines=begin,
        talk=line,
        every=3.0,
        talk_from=4.0,
        unready_until=1.5,
        stops_in=1.2,
        stop_code=0,
        cpu=_wave(0.08, 0.03),
        memory=_wave(182 * MIB, 10 * MIB, 700),
    )


def search(demand: Curve) -> Program:
    """``search``: the whole demand (in cores, over wall time) is shared by the pods that are there."""

    def program(start: Start) -> Run:
        def line(n: int) -> str:
            at = _clock(start.now + 2 + n * 2)
            return f"{at} INFO  query shards=4 hits={120 + (n * 31) % 900} took={18 + (n * 13) % 70}ms"

        began = (0.4, f"{_clock(start.now + 0.4)} INFO  index opened, 182,334 documents")

        def cpu(seconds: float) -> float:
            return min(1.0, demand(start.now + seconds))

        return Run(
            lines=(began,),
            talk=line,
            every=2.0,
            talk_from=2.0,
            unready_until=2.0,
            stops_in=1.0,
            stop_code=0,
            cpu=cpu,
            memory=_wave(240 * MIB, 10 * MIB),
        )

    return program
