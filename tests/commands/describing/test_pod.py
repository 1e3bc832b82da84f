"""A pod's description: the cause first, states with their messages, and no secret value anywhere."""

from __future__ import annotations

from typing import Any

from tests.commands.builders import NOW, container, crashing, event, pod, status, terminated, waiting
from tests.commands.scene import FakeResponder, Scene, buttons
from tests.fakes.reader import FakeReader

POD = "api-6d5f7c9b8-x7k2p"


async def describe(raw: dict[str, Any], *happened: Any, **more: Any) -> FakeResponder:
    reader = FakeReader(raw)
    reader.happened = list(happened)
    reader.used = more.pop("used", {})
    return await Scene(reader, now=NOW).ask(f"describe pod {POD}")


async def test_a_healthy_pod() -> None:
    answer = await describe(pod(), used={POD: {"app": {"cpu": "12m", "memory": "100Mi"}}})
    assert "po/" not in answer.text.splitlines()[0]
    assert f"pod/{POD} in prod / shop · Running, 1 of 1 ready, 0 restarts, 2 h old" in answer.text
    assert "Nothing is wrong with it" in answer.text
    for line in ("Node: node-1", "Controlled by: ReplicaSet/api-6d5f7c9b8", "Usage:      cpu=12m, memory=100Mi"):
        assert line in answer.text
    assert "running for 1 h" in answer.text
    assert set(buttons(answer.last)) == {"Logs", "Describe rs/api-6d5f7c9b8", "Share here"}


async def test_the_cause_comes_first() -> None:
    limited = container("app", resources={"limits": {"memory": "256Mi"}})
    answer = await describe(pod(POD, crashing(), containers=[limited]))
    wrong = answer.text.index("What is wrong")
    assert "• container app: OOMKilled 30 s ago, 14 restarts (CrashLoopBackOff), memory limit 256Mi" in answer.text
    assert wrong < answer.text.index("Container app")
    assert "back-off 40s restarting failed" in answer.text
    assert "Last state: OOMKilled 30 s ago, exit code 137" in answer.text
    assert answer.last.text.startswith(f"pod/{POD} in prod / shop: container app: OOMKilled 30 s ago")


async def test_waiting_message_is_shown() -> None:
    stuck = status("app", waiting("CreateContainerConfigError", 'secret "db" not found'), ready=False)
    answer = await describe(pod(POD, stuck))
    assert 'State:      waiting, CreateContainerConfigError: secret "db" not found' in answer.text


async def test_unschedulable_and_evicted() -> None:
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/3 nodes: no memory",
    }
    unplaced = pod(POD, status={"phase": "Pending", "conditions": [condition], "containerStatuses": []})
    assert "PodScheduled is False: Unschedulable: 0/3 nodes: no memory" in (await describe(unplaced)).text
    evicted = pod(POD, status={"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."})
    assert "• Evicted: The node was low on memory." in (await describe(evicted)).text


async def test_init_container_that_fails() -> None:
    starting = status("app", waiting("PodInitializing"), ready=False)
    raw = pod(POD, starting, inits=[container("migrate")], init_statuses=[crashing("migrate", reason="Error")])
    raw["status"]["phase"] = "Pending"
    answer = await describe(raw)
    assert "Init:CrashLoopBackOff" in answer.text
    assert "• init container migrate: exit code 1 30 s ago, 14 restarts (CrashLoopBackOff)" in answer.text


async def test_no_secret_value_is_shown() -> None:
    env = [
        {"name": "DB_PASSWORD", "value": "hunter2-a"},
        {"name": "DATABASE_URL", "value": "postgres://u:hunter2-b@db/x"},
        {"name": "OPAQUE", "value": "q8Zr1XvT0mK4yWb7Nc2LpH5s"},
        {"name": "LEVEL", "value": "debug"},
        {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
    ]
    spec = container(
        "app",
        env=env,
        envFrom=[{"secretRef": {"name": "all-of-it"}}],
        args=["--token", "hunter2-c", "--port=80"],
        livenessProbe={"exec": {"command": ["sh", "-c", "curl -H 'Authorization: Bearer hunter2-d1' x"]}},
    )
    meta = {
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "hunter2-e",
            "example.com/api-token": "hunter2-f",
            "example.com/owner": "payments",
        }
    }
    ended = status("app", terminated(1), restarts=1, ready=False)
    ended["state"]["terminated"]["message"] = "panic: password=hunter2-g"
    raw = pod(POD, ended, containers=[spec], metadata=meta)
    answer = await describe(raw, event("Pod", POD, "Failed", "cannot log in with token: hunter2-h"))
    assert "hunter2" not in answer.text
    assert "q8Zr1XvT" not in answer.text
    for line in (
        "LEVEL=debug",
        "FROM=<key password of Secret db>",
        "all of Secret all-of-it",
        "--port=80",
        "=payments",
    ):
        assert line in answer.text


async def test_events_newest_first_with_ages() -> None:
    answer = await describe(
        pod(),
        event("Pod", POD, "Pulled", "image is there", 600, type="Normal"),
        event("Pod", POD, "BackOff", "back-off restarting", 20, count=12),
    )
    text = answer.text
    assert text.index("20 s (x12)") < text.index("10 min")
    assert "• BackOff 20 s ago, 12 times: back-off restarting" in text


async def test_hostile_names_and_messages_stay_text() -> None:
    stuck = status("app", waiting("Error", "\x1b[31m<!channel> `code` \u202e"), ready=False)
    answer = await describe(pod(POD, stuck))
    assert "\x1b" not in answer.text
    assert "\u202e" not in answer.text
    assert "<!channel> `code`" in answer.text  # literal; the Slack adapter escapes plain text
