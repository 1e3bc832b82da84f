"""A workload's description: which pods fail and of what, how far the rollout is, what changed."""

from __future__ import annotations

from typing import Any

from bot.core.errors import Unreachable
from tests.commands.builders import NOW, crashing, event, pod, replica_set, workload
from tests.commands.scene import FakeResponder, Scene, buttons
from tests.fakes.reader import FakeReader

GOOD = {"replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3, "observedGeneration": 4}


def revision(number: int, image: str, **more: Any) -> dict[str, Any]:
    made = replica_set(f"api-{number}", uid=f"rs-{number}", **more)
    made["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": str(number)}
    made["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return made


async def describe(*objects: dict[str, Any], text: str = "describe deploy/api", happened: Any = ()) -> FakeResponder:
    reader = FakeReader(*objects)
    reader.happened = list(happened)
    return await Scene(reader, now=NOW).ask(text)


async def test_a_healthy_deployment() -> None:
    pods = [pod(f"api-17-{i}", owner="rs-17") for i in range(3)]
    answer = await describe(workload(status=GOOD), revision(17, "api:1.41"), *pods)
    assert "deploy/api in prod / shop · 3 of 3 ready, 30 days old" in answer.text
    assert "Nothing is wrong with it" in answer.text
    assert "Replicas: 3 wanted · 3 updated · 3 there · 3 available" in answer.text
    assert "Pods (3)" in answer.text
    assert "Selector: app=api" in answer.text
    assert set(buttons(answer.last)) == {"Logs", "Share here"}


async def test_pods_of_one_cause_are_one_sentence() -> None:
    pods = [pod(f"api-18-{i}", crashing(ago=30 + i), owner="rs-18") for i in range(2)]
    status = {**GOOD, "readyReplicas": 1, "availableReplicas": 1}
    answer = await describe(
        workload(status=status),
        revision(18, "api:1.42"),
        revision(17, "api:1.41"),
        pod("api-17-0", owner="rs-17"),
        *pods,
        pod("strange", crashing(), owner="foreign"),
    )
    assert "• 2 of 3 pods: container app: OOMKilled 30 s ago, 14 restarts (CrashLoopBackOff) (api-18-0)" in answer.text
    assert "strange" not in answer.text
    assert answer.text.index("api:1.42") < answer.text.index("api:1.41")
    assert answer.text.index("! api-18-0") < answer.text.index("  api-17-0")


async def test_stuck_paused_and_not_taken_up() -> None:
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"}
    status = {**GOOD, "conditions": [late], "observedGeneration": 3}
    answer = await describe(workload(status=status, spec={"paused": True}), revision(18, "api:1.42"))
    for sentence in ("Progressing is False: ProgressDeadlineExceeded: timed out", "It is paused", "not been taken up"):
        assert sentence in answer.text


async def test_too_few_pods_with_the_reason_from_events() -> None:
    quota = event("ReplicaSet", "x", "FailedCreate", "exceeded quota")
    happened = [event("Deployment", "api", "FailedCreate", "exceeded quota", 30), quota]
    answer = await describe(workload(status={**GOOD, "readyReplicas": 0}), revision(18, "api:1"), happened=happened)
    assert "Only 0 of 3 pods are ready." in answer.text
    assert "FailedCreate 30 s ago: exceeded quota" in answer.text


async def test_statefulset_and_daemonset() -> None:
    mine = pod("search-0", owner="search-uid")
    answer = await describe(workload("StatefulSet", "search", status=GOOD), mine, text="describe sts/search")
    assert "sts/search in prod / shop · 3 of 3 ready" in answer.text
    assert "search-0" in answer.text
    status = {"desiredNumberScheduled": 5, "numberReady": 4, "observedGeneration": 4}
    answer = await describe(workload("DaemonSet", "agent", status=status), text="describe ds/agent")
    assert "4 of 5 ready" in answer.text
    assert "Only 4 of 5 pods are ready." in answer.text


async def test_pods_that_cannot_be_read_are_said() -> None:
    class Half(FakeReader):
        async def list(self, kind: Any, namespace: str = "", **more: Any) -> list[dict[str, Any]]:
            if kind.name != "Deployment":
                raise Unreachable("no answer")
            return await super().list(kind, namespace, **more)

    answer = await Scene(Half(workload(status=GOOD)), now=NOW).ask("describe deploy/api")
    assert "not read: no answer" in answer.text
    assert "3 of 3 ready" in answer.text


def rollout(**status: Any) -> dict[str, Any]:
    strategy = {"canary": {"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 100}]}}
    return workload("Rollout", "api", spec={"strategy": strategy}, status={**GOOD, **status})


async def test_a_paused_rollout_is_not_in_trouble_and_says_where_it_stands() -> None:
    unhealthy = {"type": "Healthy", "status": "False", "reason": "RolloutHealthy", "message": "Rollout is not healthy"}
    raw = rollout(phase="Paused", currentStepIndex=1, conditions=[unhealthy], observedGeneration="4")
    text = (await describe(raw, text="describe rollout/api")).text
    assert "3 of 3 ready, paused at step 2 of 3" in text
    assert "Nothing is wrong with it" in text


async def test_a_degraded_rollout_says_why() -> None:
    raw = rollout(phase="Degraded", message="RolloutAborted: Rollout aborted update to revision 2")
    text = (await describe(raw, text="describe rollout/api")).text
    assert "• Degraded: RolloutAborted: Rollout aborted update to revision 2" in text
