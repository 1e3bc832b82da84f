"""How long from the moment at which a restart count rises until Slack has the message, while the cluster is busy.

The bot is a process of its own; the simulated cluster and the local Slack share this one and its clock, so the figures
contain what these two need for their own part. Slack's limit of one post a second is lifted: it would be what is
measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.store import Change
from bot.demo.kube.worlds.bare import Bare
from bot.demo.slack.server import SlackDouble
from tests.bench.figures import Figure, attempt, quantile, report, say
from tests.bench.watched_process import started
from tests.e2e.stage import shown
from tests.e2e.workloads import FINE, Developer

CRASHES = int(os.environ.get("BENCH_CRASHES", "100"))
EVERY = 0.5  # seconds between two workloads' first crashes
STEADY, RATE = 200, 500  # pods that only change, and their changes a second
TARGET = 5000.0  # ms, as promised for the first restart
_POD = BY_KIND["Pod"]


class Stopwatch:
    """When each workload's first restart stood in the API, and when Slack took the message about it."""

    def __init__(self, kube: KubeDouble, slack: SlackDouble) -> None:
        self.rose: dict[str, float] = {}
        self.told: dict[str, float] = {}
        self._slack = slack
        kube.store.listeners.append(self._changed)

    def _changed(self, change: Change) -> None:
        app = change.new["metadata"].get("labels", {}).get("app", "")
        if change.resource is _POD and app.startswith("crash-") and app not in self.rose and restarts(change.new):
            self.rose[app] = time.monotonic()

    async def follow(self) -> None:
        """Messages as they arrive, in the eyes of somebody in the channel."""
        reader = self._slack.workspace.user("dana").id
        with self._slack.workspace.feed.listen(reader) as queue:
            while True:
                event = await queue.get()
                arrived = time.monotonic()
                if event["type"] == "message" and event["message"].get("thread_ts", event["ts"]) == event["ts"]:
                    words = shown(event["message"])
                    for app in self.rose.keys() - self.told.keys():
                        if app in words:
                            self.told[app] = arrived


def restarts(pod: dict[str, Any]) -> int:
    return sum(one["restartCount"] for one in pod.get("status", {}).get("containerStatuses", []))


async def stir(kube: KubeDouble, seconds: float) -> float:
    """Write to steady pods, as their kubelets would; events a second."""
    pods = [one for one in kube.store.objects(_POD) if one["metadata"]["labels"]["app"].startswith("steady-")]
    assert len(pods) == STEADY, len(pods)
    began, sent = time.monotonic(), 0
    while (past := time.monotonic() - began) < seconds:
        while sent < past * RATE:
            meta = pods[sent % len(pods)]["metadata"]
            now = kube.store.get(_POD, meta["namespace"], meta["name"])
            assert now is not None
            noted = {**(now["metadata"].get("annotations") or {}), "beat": str(sent)}
            kube.store.replace(_POD, {**now, "metadata": {**now["metadata"], "annotations": noted}})
            sent += 1
        await asyncio.sleep(0.002)
    return sent / (time.monotonic() - began)


async def measure(folder: Path) -> None:
    async with SlackDouble() as slack, KubeDouble(Bare()) as kube, Developer(kube) as developer:
        for number in range(10):
            await developer.create(f"steady-{number}", FINE, replicas=STEADY // 10)
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(json.dumps(kube.kubeconfig()))
        async with started(folder, slack, kubeconfig, post_interval="1ms") as bot:
            await bot.ready()
            watch = Stopwatch(kube, slack)
            following = asyncio.create_task(watch.follow())
            say(f"{CRASHES} workloads begin to crash, one each {EVERY} s")
            for number in range(CRASHES):
                wait = 5 + number * EVERY
                await developer.create(f"crash-{number:03}", f"sleep {wait}; echo 'FATAL: no answer from db'; exit 1")
            before = bot.cpu
            rate = await stir(kube, 15 + CRASHES * EVERY)
            spent = bot.cpu - before
            following.cancel()
        missing = CRASHES - len(watch.told)
        if missing:
            raise RuntimeError(f"{missing} of {CRASHES} crashes were not told ({len(watch.rose)} restarted)")
        tell(watch, rate, spent)


def tell(watch: Stopwatch, rate: float, spent: float) -> None:
    took = [1000 * (watch.told[app] - watch.rose[app]) for app in watch.told]
    slowest = sorted(watch.told, key=lambda app: watch.rose[app] - watch.told[app])[:5]
    say("slowest: " + ", ".join(f"{app} {watch.told[app] - watch.rose[app]:.2f} s" for app in slowest))
    beside = f"{len(took)} crashes, {rate:.0f} pod events/s, {spent:.1f} CPU s of the bot"
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        value = quantile(took, share)
        report(
            Figure(
                what=f"restart count to chat.postMessage, {name}", value=value, unit="ms", target=TARGET, beside=beside
            )
        )
        beside = f"longest {max(took):.0f} ms"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    sys.exit(attempt(main))
