"""The whole bot on a real API server with 10,000 pods: its memory, its time to ready, its CPU.

The cluster is one of its own: etcd and API server alone. Controllers, scheduler and kubelets would only evict pods of
which no machine knows.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.demo.slack.server import SlackDouble
from tests.bench.figures import Figure, attempt, report, say
from tests.bench.fleet import Fleet, fleet
from tests.bench.watched_process import WatchedProcess, started
from tests.cluster import lifecycle, namespaces, pki
from tests.cluster.lifecycle import Cluster
from tests.cluster.parts import Parts
from tests.cluster.places import Place

PODS = int(os.environ.get("BENCH_PODS", "10000"))
RATE, SECONDS = 200.0, 60.0
TARGET = 160.0  # MiB of RSS


@contextmanager
def bare_cluster(name: str) -> Iterator[tuple[Cluster, str]]:
    """etcd and the API server; and the address at which a relay of its own process reaches it."""
    lifecycle.prepare(say)
    place = Place(name)
    namespaces.leave(place)
    anchor = namespaces.enter(place, owned=True)
    try:
        pki.write(place)
        parts = Parts(place, anchor)
        parts.etcd()
        parts.apiserver()
        cluster = Cluster(place, anchor)
        cluster.wait_for_api()
        yield cluster, f"https://127.0.0.1:{parts.relay()}"
        cluster.close()
    finally:
        namespaces.leave(place)


async def watch(bot: WatchedProcess, herd: Fleet) -> None:
    ready = await bot.ready()
    first, spent, seen = bot.memory, bot.cpu, await bot.pods()
    say(f"ready after {ready:.1f} s with {seen:,} pods, RSS {first.rss:.0f} MiB; {SECONDS:.0f} s of events begin")
    if seen < PODS:
        raise RuntimeError(f"ready with {seen:,} of {PODS:,} pods in the cache")
    await asyncio.sleep(5)
    calm = bot.cpu
    rate = await herd.churn(RATE, SECONDS)
    busy, after = bot.cpu - calm, bot.memory
    report(
        Figure(
            what=f"RSS with {PODS:,} pods, after the first lists",
            value=first.rss,
            unit="MiB",
            target=TARGET,
            beside=f"PSS {first.pss:.0f}, private {first.private:.0f}, peak {first.peak:.0f}",
        ),
        Figure(
            what=f"RSS after {SECONDS:.0f} s of {rate:.0f} pod events/s",
            value=after.rss,
            unit="MiB",
            target=TARGET,
            beside=f"PSS {after.pss:.0f}, private {after.private:.0f}, peak {after.peak:.0f}",
        ),
        Figure(
            what="start to ready",
            value=ready,
            unit="s",
            beside=f"{spent:.1f} CPU s until then; the API server shares the cores",
        ),
        Figure(
            what=f"CPU at {rate:.0f} pod events/s",
            value=100 * busy / SECONDS,
            unit="% of a core",
            beside=f"{busy:.1f} CPU s in {SECONDS:.0f} s, TLS and everything else included",
        ),
    )


async def measure(cluster: Cluster, server: str) -> None:
    admin = cluster.kubeconfig_for("admin", server)
    async with fleet(server, cluster.api._tls, PODS) as herd:
        size = await herd.create()
        say(f"{PODS:,} pods of {size / 1000:.1f} KB each")
        with tempfile.TemporaryDirectory() as folder:
            async with SlackDouble() as slack, started(Path(folder), slack, admin) as bot:
                await watch(bot, herd)


def main() -> None:
    with bare_cluster(f"{lifecycle.SESSION}{os.getpid()}-rss") as (cluster, server):
        asyncio.run(measure(cluster, server))


if __name__ == "__main__":
    sys.exit(attempt(main))
