"""From a person's ``/k8s describe`` or ``/k8s logs`` to the answer in Slack, beside kubectl in the same run.

Both ask the same API server through the same relay, in turn. kubectl starts anew each time, as it does on a laptop; the
bot is there already, but Slack's protocol, policy and audit lie on its way.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.demo.slack.server import SlackDouble
from tests.bench.figures import Figure, attempt, report, say
from tests.bench.watched_process import started
from tests.cluster import binaries, lifecycle, manifests
from tests.cluster.lifecycle import Cluster
from tests.cluster.places import Place
from tests.cluster.waiting import wait_until
from tests.e2e.stage import shown

ROUNDS = 10
LINES = 100
SPACE = "bench"
TALK = f"for i in $(seq 1 {LINES}); do echo line $i of {LINES}; done; {manifests.STEADY}"
LIMIT = 20.0  # seconds for one answer

# What is typed, what kubectl is asked, and what the answer contains when it is there.
COMMANDS = {
    "describe": ("describe deploy/talker -n bench", ["describe", "deployment/talker"], "talker in prod"),
    "logs": (f"logs deploy/talker -n bench --tail {LINES}", ["logs", "deployment/talker"], f"line {LINES} of {LINES}"),
}


@contextmanager
def talking_cluster(name: str) -> Iterator[Path]:
    """A whole cluster in which one Deployment has said its lines; a kubeconfig for the machine."""
    lifecycle.prepare(say)
    place = Place(name)
    cluster = lifecycle.up(place, owned=True, say=say)
    try:
        server = f"https://127.0.0.1:{cluster.parts.relay()}"
        cluster.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
        account = f"/api/v1/namespaces/{SPACE}/serviceaccounts/default"
        wait_until(lambda: cluster.api.find(account), 30, "the namespace's default ServiceAccount")
        spec = manifests.pod_spec(manifests.container(TALK))
        cluster.api.apply(manifests.deployment("talker", spec), SPACE)
        wait_until(lambda: _runs(cluster), 60, "the Deployment to run")
        yield cluster.kubeconfig_for("admin", server)
        cluster.close()
    finally:
        lifecycle.down(place)


def _runs(cluster: Cluster) -> bool:
    found = cluster.api.find(f"/apis/apps/v1/namespaces/{SPACE}/deployments/talker")
    return bool((found or {}).get("status", {}).get("readyReplicas"))


async def ask_bot(slack: SlackDouble, text: str, mark: str) -> float:
    """Seconds from Enter to the answer."""
    with slack.workspace.feed.listen(slack.workspace.user("dana").id) as queue:
        began = time.monotonic()
        await slack.act("dana", channel="k8s-alerts", command=f"/k8s {text}", wait=0)
        words = ""
        try:
            async with asyncio.timeout(LIMIT):
                while mark not in words:
                    event = await queue.get()
                    words = shown(event.get("message") or {})
        except TimeoutError:
            raise RuntimeError(
                f"/k8s {text} was not answered within {LIMIT:.0f} s; the last words: {words[:200]}"
            ) from None
        return time.monotonic() - began


async def ask_kubectl(kubeconfig: Path, arguments: list[str], mark: str) -> float:
    program = str(binaries.path("kubectl"))
    command = [program, "--kubeconfig", str(kubeconfig), "--namespace", SPACE, *arguments]
    began = time.monotonic()
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    spent = time.monotonic() - began
    if mark.encode() not in output:
        raise RuntimeError(f"kubectl {' '.join(arguments)} said: {output[-200:].decode(errors='replace')}")
    return spent


async def measure(kubeconfig: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with SlackDouble() as slack, started(Path(folder), slack, kubeconfig) as bot:
            await bot.ready()
            for name, (text, arguments, mark) in COMMANDS.items():
                theirs_mark = mark.removesuffix(" in prod")
                await ask_kubectl(kubeconfig, arguments, theirs_mark)  # its cache of what the server serves
                first = await ask_bot(slack, text, mark)
                ours, theirs = [], []
                for _ in range(ROUNDS):
                    ours.append(await ask_bot(slack, text, mark))
                    theirs.append(await ask_kubectl(kubeconfig, arguments, theirs_mark))
                tell(name, ours, theirs, first)


def tell(name: str, ours: list[float], theirs: list[float], first: float) -> None:
    mine, other = statistics.median(ours), statistics.median(theirs)
    report(
        Figure(
            what=f"/k8s {name}, median of {len(ours)}",
            value=1000 * mine,
            unit="ms",
            beside=f"{mine / other:.2f} of kubectl's ({1000 * other:.0f} ms); the first took {1000 * first:.0f} ms",
        )
    )


def main() -> None:
    with talking_cluster(f"{lifecycle.SESSION}{os.getpid()}-path") as kubeconfig:
        asyncio.run(measure(kubeconfig))


if __name__ == "__main__":
    sys.exit(attempt(main))
