"""Containers that end: what the status says in which order, which events come, and whose log is whose."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.contract.kubernetes.wire import Obj, Wire, deployment

# Two streams: what is written to both at once may stand in either order.
CRASH = "echo starting; sleep 0.3; echo 'FATAL: cannot reach db:5432' >&2; sleep 1.5; exit 1"
OOM = "echo filling; sleep 1.5; x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done"
PROBE = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1, "failureThreshold": 2}


def shown(status: Obj) -> tuple[str, int, str]:
    """(state or waiting reason, restart count, reason of the last termination)."""
    name, state = next(iter(status["state"].items()))
    last = (status.get("lastState") or {}).get("terminated") or {}
    return (state.get("reason", name) if name == "waiting" else name), status["restartCount"], last.get("reason", "")


def history(events: list[Obj], container: str = "app") -> list[tuple[str, int, str]]:
    """The distinct states of a container, in order."""
    told: list[tuple[str, int, str]] = []
    for event in events:
        status = event["object"].get("status") or {}
        for one in (*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])):
            if one["name"] == container and (not told or told[-1] != shown(one)):
                told.append(shown(one))
    return told


async def crash(api: Wire, body: Obj, restarts: int, container: str = "app") -> list[Obj]:
    """Watch from the creation until the container has been restarted so many times."""
    name = body["metadata"]["name"]
    start = (await api.get(api.core("pods"))).body["metadata"]["resourceVersion"]
    await api.create(api.apps("deployments"), body)

    def enough(events: list[Obj]) -> bool:
        return any(count >= restarts for _, count, _ in history(events, container))

    return await api.watch(api.core("pods"), enough, resourceVersion=start, labelSelector=f"app={name}", seconds=90)


async def told(api: Wire, pod: str, reason: str) -> Obj:
    query = {"fieldSelector": f"involvedObject.name={pod},reason={reason}"}
    found = await api.until(api.core("events"), lambda body: bool(body["items"]), **query)
    event: Obj = found["items"][0]
    return event


@pytest.mark.parametrize(
    ("script", "limits", "reason", "code"), [(CRASH, {}, "Error", 1), (OOM, {"memory": "16Mi"}, "OOMKilled", 137)]
)
async def test_the_order_of_states_in_a_crash_loop(
    api: Wire, script: str, limits: dict[str, str], reason: str, code: int
) -> None:
    events = await crash(api, deployment("crash", script, resources={"limits": limits}), restarts=2)
    assert history(events) == [
        ("ContainerCreating", 0, ""),
        ("running", 0, ""),
        ("terminated", 0, ""),
        ("running", 1, reason),
        ("terminated", 1, reason),
        ("CrashLoopBackOff", 1, reason),
        ("running", 2, reason),
    ]
    pod = events[-1]["object"]
    last = pod["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"], pod["status"]["phase"]) == (code, reason, "Running")
    waiting = [
        event["object"]["status"]["containerStatuses"][0]["state"]["waiting"]
        for event in events
        if "CrashLoopBackOff" in str(event["object"]["status"].get("containerStatuses"))
    ]
    name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
    place = f"{name}_{api.namespace}({uid})"
    assert waiting[0]["message"] == f"back-off 10s restarting failed container=app pod={place}"
    event = await told(api, name, "BackOff")
    assert event["message"] == f"Back-off restarting failed container app in pod {place}"
    assert (event["type"], event["involvedObject"]["fieldPath"]) == ("Warning", "spec.containers{app}")
    assert (event["involvedObject"]["uid"], event["source"]["component"]) == (uid, "kubelet")


async def test_a_failed_liveness_probe_restarts_without_a_terminated_state(api: Wire) -> None:
    body = deployment("live", "sleep 3600", livenessProbe=PROBE)
    events = await crash(api, body, restarts=1)
    assert history(events) == [("ContainerCreating", 0, ""), ("running", 0, ""), ("running", 1, "Error")]
    pod = events[-1]["object"]
    assert pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 137
    killing = await told(api, pod["metadata"]["name"], "Killing")
    assert killing["message"] == "Container app failed liveness probe, will be restarted"
    unhealthy = await told(api, pod["metadata"]["name"], "Unhealthy")
    ip = pod["status"]["podIP"]
    words = f'Liveness probe failed: Get "http://{ip}:80/": dial tcp {ip}:80: connect: connection refused'
    assert (unhealthy["type"], unhealthy["message"]) == ("Warning", words)


async def test_an_init_container_that_fails(api: Wire) -> None:
    body = deployment("init", "sleep 3600")
    one = {"name": "migrate", "image": "test.local/busybox:1", "command": ["sh", "-c", "echo no 0042; exit 3"]}
    body["spec"]["template"]["spec"]["initContainers"] = [one]
    events = await crash(api, body, restarts=1, container="migrate")
    assert history(events, "migrate")[-1] == ("terminated", 1, "Error")
    assert history(events) == [("PodInitializing", 0, "")]
    pod = events[-1]["object"]
    assert pod["status"]["phase"] == "Pending"
    conditions = {one["type"]: one for one in pod["status"]["conditions"]}
    assert conditions["Initialized"]["reason"] == "ContainersNotInitialized"
    assert conditions["Initialized"]["message"] == "containers with incomplete status: [migrate]"
    name = pod["metadata"]["name"]
    answer = await api.get(api.core("pods", f"{name}/log"))
    assert (answer.status, answer.message) == (
        400,
        f'container "app" in pod "{name}" is waiting to start: PodInitializing',
    )
    assert (await api.get(api.core("pods", f"{name}/log"), container="migrate")).text == "no 0042\n"


async def test_a_native_sidecar_that_crashes_beside_a_healthy_main_container(api: Wire) -> None:
    body = deployment("side", "exec sleep 3600")
    one: dict[str, Any] = {"name": "proxy", "image": "test.local/busybox:1", "restartPolicy": "Always"}
    one["command"] = ["sh", "-c", "echo proxy up; sleep 3; exit 2"]
    body["spec"]["template"]["spec"]["initContainers"] = [one]
    events = await crash(api, body, restarts=1, container="proxy")
    assert history(events, "proxy") == [
        ("PodInitializing", 0, ""),
        ("running", 0, ""),
        ("terminated", 0, ""),
        ("running", 1, "Error"),
    ]
    assert history(events) == [("PodInitializing", 0, ""), ("running", 0, "")]
    event = await told(api, events[-1]["object"]["metadata"]["name"], "Started")
    assert event["involvedObject"]["fieldPath"].startswith("spec.")


async def test_a_command_that_is_not_there(api: Wire) -> None:
    body = deployment("run", "")
    body["spec"]["template"]["spec"]["containers"][0]["command"] = ["nosuchbinary"]
    events = await crash(api, body, restarts=1)
    assert history(events)[:3] == [
        ("ContainerCreating", 0, ""),
        ("RunContainerError", 0, "StartError"),
        ("RunContainerError", 1, "StartError"),
    ]
    last = events[-1]["object"]["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["startedAt"]) == (128, "1970-01-01T00:00:00Z")
    assert 'exec: "nosuchbinary": executable file not found in $PATH' in last["message"]


async def test_an_image_that_cannot_be_pulled_and_a_missing_config_map(api: Wire) -> None:
    start = (await api.get(api.core("pods"))).body["metadata"]["resourceVersion"]
    await api.create(api.apps("deployments"), deployment("pull", "", image="127.0.0.1:5999/nope:1"))
    wanted = ("ImagePullBackOff", 0, "")
    both = lambda events: wanted in history(events)  # noqa: E731 - read beside its use
    events = await api.watch(api.core("pods"), both, resourceVersion=start, labelSelector="app=pull", seconds=60)
    assert history(events) == [("ContainerCreating", 0, ""), ("ErrImagePull", 0, ""), wanted]
    name = events[-1]["object"]["metadata"]["name"]
    answer = await api.get(api.core("pods", f"{name}/log"))
    words = f'container "app" in pod "{name}" is waiting to start: trying and failing to pull image'
    assert (answer.status, answer.message) == (400, words)

    missing = deployment("cfg", "sleep 3600", envFrom=[{"configMapRef": {"name": "missing"}}])
    await api.create(api.apps("deployments"), missing)
    stuck = ("CreateContainerConfigError", 0, "")
    listed = await api.until(
        api.core("pods"),
        lambda body: stuck in history([{"object": pod} for pod in body["items"]]),
        labelSelector="app=cfg",
    )
    state = listed["items"][0]["status"]["containerStatuses"][0]["state"]["waiting"]
    assert state["message"] == 'configmap "missing" not found'
    assert listed["items"][0]["status"]["phase"] == "Pending"


async def test_whose_log_is_whose(api: Wire) -> None:
    """While terminated the current log holds the crash; afterwards the previous one does."""
    events = await crash(api, deployment("crash", CRASH), restarts=1)
    log = api.core("pods", f"{events[-1]['object']['metadata']['name']}/log")
    words = "starting\nFATAL: cannot reach db:5432\n"
    assert (await api.get(log, previous="true")).text == words
    for _ in range(30):  # the new run writes its second line a moment after its first
        if "FATAL" in (await api.get(log)).text:
            break
        await asyncio.sleep(0.1)
    assert (await api.get(log, tailLines=1)).text == "FATAL: cannot reach db:5432\n"
    assert (await api.get(log, limitBytes=5)).text == "start"
    stamped = (await api.get(log, timestamps="true", tailLines=1)).text
    assert stamped[4] == "-"
    assert stamped.endswith("Z FATAL: cannot reach db:5432\n")
    for query, status, message in (
        ({"container": "nope"}, 400, "container nope is not valid for pod "),
        ({"tailLines": -1}, 422, "PodLogOptions "),
        ({"sinceSeconds": 0}, 422, "PodLogOptions "),
        ({"tailLines": "abc"}, 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
    ):
        answer = await api.get(log, **query)
        assert (answer.status, answer.message[: len(message)]) == (status, message)
    assert (await api.get(api.core("pods", "nope/log"))).message == 'pods "nope" not found'


async def test_there_is_no_previous_log_before_a_restart(api: Wire) -> None:
    await api.create(api.apps("deployments"), deployment("good", "echo here; sleep 3600"))
    ready = lambda body: "'ready': True" in str(body["items"])  # noqa: E731 - read beside its use
    pods = await api.until(api.core("pods"), ready, labelSelector="app=good")
    name = pods["items"][0]["metadata"]["name"]
    answer = await api.get(api.core("pods", f"{name}/log"), previous="true")
    words = f'previous terminated container "app" in pod "{name}" not found'
    assert (answer.status, answer.reason, answer.message) == (400, "BadRequest", words)
