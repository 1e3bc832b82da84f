"""Crashes while the API server is away, has forgotten the past or has fallen silent: told once it answers, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.demo.slack.server import SlackDouble
from tests.cluster import manifests
from tests.cluster.faults import Fault
from tests.e2e.real import Developer
from tests.e2e.stage import bot, configure, replies, roots, shown, until

# A TLS goodbye to a peer that has fallen silent takes asyncio longer than such a test lasts.
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Begin = Callable[..., Fault]
IMPATIENT = """\
watch:
  silence: 5s
  probe_every: 1s
  probe_timeout: 1s
  unreachable_after: 3s
  backoff_min: 200ms
  backoff_max: 1s
"""


def crashes_once(name: str, *, code: int = 1) -> dict[str, Any]:
    """Recovers by itself: a controller manager that has lost its API server rolls nothing out for half a minute."""
    words = f"echo '{manifests.LAST_WORDS}'; touch /state/seen; sleep 1; exit {code}"
    script = f"test -e /state/seen && {manifests.STEADY}; {words}"
    mounts = [{"name": "state", "mountPath": "/state"}]
    spec = manifests.pod_spec(manifests.container(script, volumeMounts=mounts))
    return manifests.deployment(name, {**spec, "volumes": [{"name": "state", "emptyDir": {}}]})


def shows(slack: SlackDouble, name: str, *words: str) -> bool:
    found = roots(slack, f"deploy/{name}")
    return len(found) == 1 and all(word in shown(found[0]) for word in words)


async def restarted(real: Developer, name: str) -> None:
    await until(lambda: real.restarts.first.get(name), 40, f"{name} was restarted")


def counted(slack: SlackDouble) -> dict[str, int]:
    """How many messages the channel has of each workload, and of the cluster itself."""
    texts = [shown(root) for root in roots(slack)]
    names = ("before", "meanwhile", "removed", "cannot be watched", "is watched again")
    return {name: found for name in names if (found := sum(name in text.partition("\n")[0] for text in texts))}


async def test_a_crash_while_the_api_server_is_dead_is_told_once_it_lives(
    tmp_path: Path, slack: SlackDouble, real: Developer, fault: Begin
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig, more="watch: {backoff_max: 1s}\n")):
        await real.apply(manifests.exits("meanwhile", after=5))
        await real.until_ready("meanwhile")
        dead = await asyncio.to_thread(fault, "killed")
        await asyncio.sleep(7)  # it crashes now, and not even the kubelet can say so
        assert roots(slack) == []
        await asyncio.to_thread(dead.end)
        await until(lambda: shows(slack, "meanwhile", "exited with code 1", manifests.LAST_WORDS), 15, "it is told")
        await asyncio.sleep(7)
        assert [shown(root) for root in roots(slack, "cannot be watched")] == []
        assert len(roots(slack)) == 1


async def test_compaction_loses_nothing_and_doubles_nothing(
    tmp_path: Path, slack: SlackDouble, real: Developer, fault: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with bot(configure(tmp_path, slack, real.kubeconfig, more="watch: {backoff_max: 1s}\n")):
        await real.apply(crashes_once("before"), manifests.exits("removed"))
        await until(lambda: shows(slack, "before") and shows(slack, "removed"), 30, "both crashes are told")
        away = await asyncio.to_thread(fault, "down")
        await real.delete("deployment", "removed")
        await real.apply(crashes_once("meanwhile", code=7))
        await restarted(real, "meanwhile")
        await real.until_gone("removed")
        await asyncio.to_thread(fault, "compaction")
        await asyncio.to_thread(away.end)
        await until(lambda: shows(slack, "meanwhile", "exited with code 7"), 20, "the crash meanwhile is told")
        await until(lambda: shows(slack, "removed", "was deleted"), 20, "the deletion meanwhile is told")
        for name in ("before", "meanwhile"):
            await until(lambda name=name: shows(slack, name, "recovered"), 30, f"{name} recovered")  # type: ignore[misc]
        assert len(roots(slack)) == 3
        assert "too old to go on" in caplog.text
        await asyncio.sleep(1)
        threads = [shown(reply) for root in roots(slack) for reply in replies(slack, root)]
        assert sum("recovered" in line for line in threads) == 2
        assert sum("was deleted" in line for line in threads) == 1


async def test_a_connection_that_fell_silent_is_noticed_and_the_crash_behind_it_told(
    tmp_path: Path, slack: SlackDouble, real: Developer, fault: Begin
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig, more=IMPATIENT)):
        await real.apply(manifests.exits("before"))
        await until(lambda: shows(slack, "before"), 30, "the first crash is told")
        silent = await asyncio.to_thread(fault, "half-open")
        await real.apply(manifests.exits("meanwhile"))
        await until(lambda: roots(slack, "cannot be watched"), 15, "the cluster is told as unknown")
        await restarted(real, "meanwhile")
        assert counted(slack) == {"before": 1, "cannot be watched": 1}
        await asyncio.to_thread(silent.end)
        await until(lambda: roots(slack, "is watched again"), 15, "its return is told in the same message")
        await until(lambda: shows(slack, "meanwhile", manifests.LAST_WORDS), 15, "the crash meanwhile is told")
        await asyncio.sleep(3)
        assert counted(slack) == {"before": 1, "is watched again": 1, "meanwhile": 1}
