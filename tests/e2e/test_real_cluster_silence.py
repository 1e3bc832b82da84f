"""What looks like a failure on a real cluster and is normal life: not a word of it in Slack."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.demo.slack.server import SlackDouble
from tests.cluster import manifests
from tests.cluster.waiting import wait_for
from tests.e2e.real import Developer
from tests.e2e.stage import bot, configure, roots, shown, until

pytestmark = pytest.mark.cluster
AFTERMATH = 6.0  # seconds for a false alarm to come: longer than any true one takes


def stubborn(name: str, **more: Any) -> dict[str, Any]:
    """Its shell is process 1 and ignores SIGTERM, so whenever it has to go it is killed: exit code 137."""
    return manifests.healthy(name, **more)


def polite(name: str, *, replicas: int = 1, tag: str = "1") -> dict[str, Any]:
    """Ends with 143 when it is asked to stop, as programs without a handler of their own do."""
    script = "trap 'exit 143' TERM; while true; do sleep 0.2; done"
    return manifests.deployment(name, manifests.pod_spec(manifests.container(script, tag=tag)), replicas)


def slow_starter(name: str) -> dict[str, Any]:
    """Fails its startup probe for four seconds, which is what that probe is for."""
    probe = {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 20}
    script = f"sleep 4; touch /tmp/up; {manifests.STEADY}"
    return manifests.deployment(name, manifests.pod_spec(manifests.container(script, startupProbe=probe)))


async def one_pod(real: Developer, app: str) -> None:
    """What is left of a rolling update or a scale-down: one pod, that is ready."""

    async def settled() -> bool:
        pods = await real.pods(app)
        return len(pods) == 1 and not pods[0]["metadata"].get("deletionTimestamp")

    await wait_for(settled, 30, f"{app} has one pod")
    await real.until_ready(app)


async def test_rollouts_scaling_deletes_jobs_and_slow_starts_are_silent(
    tmp_path: Path, slack: SlackDouble, real: Developer
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)) as app:
        await real.apply(
            stubborn("rolled"),
            polite("rolled-politely"),
            polite("scaled", replicas=3),
            stubborn("deleted"),
            manifests.pod("bare", manifests.pod_spec(manifests.container(manifests.STEADY))),
            manifests.finished_job("settled"),
            manifests.failed_job("unsettled"),
            slow_starter("slow"),
        )
        for name in ("rolled", "rolled-politely", "scaled", "deleted", "bare", "slow"):
            await real.until_ready(name)
        await real.apply(stubborn("rolled", tag="2"), polite("rolled-politely", tag="2"), polite("scaled", replicas=1))
        await real.delete("deployment", "deleted")
        await real.delete("pod", "bare")
        for name in ("rolled", "rolled-politely", "scaled"):
            await one_pod(real, name)
        for name, condition in (("settled", "complete"), ("unsettled", "failed")):
            await real.kubectl("wait", f"job/{name}", f"--for=condition={condition}", "--timeout=30s")
        await asyncio.sleep(AFTERMATH)
        seen = " ".join(pod.metadata.name for pod in app.clusters.by_name["prod"].observed.items("Pod", real.namespace))
        assert all(name in seen for name in ("rolled", "rolled-politely", "scaled", "settled", "unsettled", "slow"))
        assert [shown(root) for root in roots(slack)] == []


async def test_a_workload_that_is_scaled_to_nothing_while_it_crashes_is_no_recovery(
    tmp_path: Path, slack: SlackDouble, real: Developer
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await real.apply(manifests.exits("parked"), manifests.exits("removed"))
        await until(lambda: roots(slack, "parked") and roots(slack, "removed"), 30, "both crashes are told")
        await real.kubectl("scale", "deployment/parked", "--replicas=0")
        await real.delete("deployment", "removed")
        await until(lambda: "scaled to 0" in shown(roots(slack, "parked")[0]), 15, "it was parked")
        await until(lambda: "was deleted" in shown(roots(slack, "removed")[0]), 15, "it was removed")
        await asyncio.sleep(2)
        assert len(roots(slack)) == 2
        assert not [message for message in slack.in_channel("k8s-alerts") if "recovered" in shown(message)]


async def test_a_node_whose_kubelet_hangs_and_goes_on_is_no_crash(
    tmp_path: Path, slack: SlackDouble, real: Developer, fault: Any
) -> None:
    await real.apply(manifests.healthy("steady", replicas=2), polite("leaving"))
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await real.until_ready("steady")
        await real.until_ready("leaving")
        hang = await asyncio.to_thread(fault, "kubelet-stopped")
        await wait_for(lambda: not real.cluster.node_ready(), 60, "the node to be not Ready")
        await real.delete("deployment", "leaving")  # nobody is there to stop it
        await asyncio.sleep(2)
        await asyncio.to_thread(hang.end)
        await real.until_ready("steady")
        await asyncio.sleep(AFTERMATH)
        assert [shown(root) for root in roots(slack)] == []
