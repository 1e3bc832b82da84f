"""Evidence: the right log, everything at once, each failure said, nothing leaked."""

from __future__ import annotations

import asyncio

from alerts.detectors.crash import DETECTOR
from alerts.evidence import Reading
from alerts.model import Cause, Evidence
from bot.core.errors import Forbidden, KubeError, NotFound, Unreachable
from bot.core.objects import Condition, ContainerStatus, Node, NodeStatus, ObjectMeta, Pod
from tests.alerts.detectors.tools import found
from tests.alerts.test_changes import replica_set, template
from tests.alerts.tools import (
    FakeObserved,
    FakeReader,
    at,
    backing_off,
    dead,
    ended,
    event,
    pod,
    replicaset,
    running,
)

NAME = pod().metadata.name


class Scene:
    """A pod that has crashed as given, and a cluster to read from."""

    def __init__(self, status: ContainerStatus, *, limit: str = "") -> None:
        self.pod: Pod = pod(status, limit=limit)
        self.observed = FakeObserved()
        self.reader = FakeReader()
        for kind, one in (("ReplicaSet", replicaset()), ("Pod", self.pod)):
            self.observed.objects[kind, "shop", one.metadata.name] = one
        self.node(Ready="True")
        (self.finding,) = found(DETECTOR, [(-5, pod(running())), (0, self.pod)], ("ReplicaSet", replicaset()))
        self.reader.objects["Deployment", "checkout"] = {
            "metadata": {"uid": "uid-checkout"},
            "spec": {"selector": {"matchLabels": {"app": "checkout"}}},
        }

    def node(self, **conditions: str) -> None:
        told = tuple(Condition(type=kind, status=status) for kind, status in conditions.items())
        self.observed.objects["Node", "", "ip-10-0-3-7"] = Node(ObjectMeta(name="ip-10-0-3-7"), status=NodeStatus(told))

    async def read(self, limit: float = 5) -> tuple[Cause, Evidence]:
        reading = Reading(self.finding, self.observed, self.reader, asyncio.Semaphore(8))
        done = asyncio.Event()
        reading.start(limit, done.set)
        await done.wait()
        return reading.result()


async def test_while_it_lies_dead_the_current_log_is_the_crashs() -> None:
    scene = Scene(dead(ended()))
    scene.reader.logs = {(NAME, "app", False): "the crash", (NAME, "app", True): "the crash before"}
    _, evidence = await scene.read()
    assert (evidence.log, evidence.log_of) == ("the crash", "before the crash")


async def test_afterwards_it_is_the_previous_one() -> None:
    scene = Scene(backing_off(ended()))
    scene.reader.logs = {(NAME, "app", False): "a new start", (NAME, "app", True): "the crash"}
    _, evidence = await scene.read()
    assert (evidence.log, evidence.log_of) == ("the crash", "before the crash")


async def test_a_container_that_started_anew_meanwhile_yields_its_previous_log() -> None:
    scene = Scene(dead(ended()))
    scene.observed.objects["Pod", "shop", NAME] = pod(running(1, since=1, last=ended()))
    scene.reader.logs = {(NAME, "app", False): "a new start", (NAME, "app", True): "the crash"}
    _, evidence = await scene.read()
    assert evidence.log == "the crash"


async def test_the_log_since_the_restart_is_called_that() -> None:
    scene = Scene(running(1, since=1, last=ended()))
    scene.reader.logs = {(NAME, "app", False): "a new start"}
    _, evidence = await scene.read()
    assert evidence.log_of == "since the restart; the crash's own log is gone"


async def test_a_runtime_that_answers_200_with_an_excuse_has_no_log() -> None:
    scene = Scene(backing_off(ended()))
    scene.reader.logs = {
        (NAME, "app", True): "unable to retrieve container logs for containerd://0123",
        (NAME, "app", False): "real",
    }
    _, evidence = await scene.read()
    assert evidence.log == "real"


async def test_no_log_is_said() -> None:
    scene = Scene(backing_off(ended()))
    assert "no log: it is gone with its container" in (await scene.read())[1].missing
    scene.reader.logs = {(NAME, "app", True): ""}
    assert "no log: the container wrote none" in (await scene.read())[1].missing


async def test_a_container_that_never_started_is_not_asked_for_its_log() -> None:
    scene = Scene(dead(ended(128, "StartError", message="no such file")))
    _, evidence = await scene.read()
    assert "no log: the container never started" in evidence.missing
    assert "log" not in scene.reader.asked


async def test_everything_is_read_at_once() -> None:
    scene = Scene(dead(ended(137, "OOMKilled")), limit="256Mi")
    scene.reader.hang = {what: asyncio.Event() for what in ("log", "events", "usage", "get")}
    reading = Reading(scene.finding, scene.observed, scene.reader, asyncio.Semaphore(8))
    reading.start(5, lambda: None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sorted(scene.reader.asked) == ["events", "get", "log", "usage"]
    await reading.stop()


async def test_what_does_not_come_in_time_is_said_and_the_rest_is_there() -> None:
    scene = Scene(dead(ended()))
    scene.reader.hang["log"] = asyncio.Event()
    of_pod = f" in pod {NAME}_shop(72466df0-2721-486f-b358-6dfa06c5f7ea)"
    scene.reader.told = [event("BackOff", f"Back-off restarting failed container{of_pod}", count=5)]
    _, evidence = await scene.read(limit=0.02)
    assert evidence.missing == ("the log: not read in time",)
    assert evidence.events == ("BackOff (5 times): Back-off restarting failed container",)


async def test_each_kind_of_failure_is_said_in_words() -> None:
    scene = Scene(dead(ended(137, "OOMKilled")), limit="256Mi")
    scene.reader.fail = {
        "events": Unreachable("x"),
        "usage": Forbidden("x", status=403),
        "get": NotFound("x", status=404),
        "log": KubeError("x", status=400),
    }
    _, evidence = await scene.read()
    assert evidence.missing == (
        "events: prod's API server does not answer",
        "memory usage: Watchkeeper may not read it in this cluster",
        "no log: it is gone with its container",
        "the last change: it is gone",
    )


async def test_usage_node_owners_and_change() -> None:
    scene = Scene(dead(ended(137, "OOMKilled")), limit="256Mi")
    scene.reader.memory = {"app": {"memory": "251Mi"}}
    scene.reader.lists["ReplicaSet"] = [
        replica_set(18, template("registry.test/shop/app:1.42"), -120),
        replica_set(17, template(), -9000),
    ]
    cause, evidence = await scene.read()
    assert cause.sentence == "OOMKilled at its 256 MiB limit"
    assert evidence.usage == "memory was 251 MiB of 256 MiB at the last reading"
    assert evidence.node == "node ip-10-0-3-7 is fine"
    assert evidence.owners == ("rs/checkout-6d5f", "deploy/checkout")
    assert evidence.change is not None
    assert evidence.change.what == ("image 1.41 → 1.42",)
    assert evidence.change.note == "the failing pod still runs an earlier revision"


async def test_an_out_of_memory_kill_without_a_reading_says_so() -> None:
    _, evidence = await Scene(dead(ended(137, "OOMKilled")), limit="256Mi").read()
    assert "memory usage: the metrics server has no reading" in evidence.missing


async def test_a_reading_of_the_container_that_runs_now_is_no_evidence() -> None:
    scene = Scene(dead(ended(137, "OOMKilled")), limit="256Mi")
    for seconds, told in ((-4, "memory was 53 MiB of 256 MiB at the last reading"), (2, "")):
        scene.reader.memory = {"app": {"memory": "53Mi", "timestamp": at(seconds)}}
        _, evidence = await scene.read()
        assert evidence.usage == told
        assert not [one for one in evidence.missing if "memory" in one]


async def test_a_node_in_trouble_is_told() -> None:
    scene = Scene(dead(ended()))
    scene.node(Ready="Unknown")
    assert (await scene.read())[1].node == "node ip-10-0-3-7 is not ready (Ready is Unknown)"
    scene.node(Ready="True", MemoryPressure="True")
    assert (await scene.read())[1].node == "node ip-10-0-3-7 is under MemoryPressure"
    del scene.observed.objects["Node", "", "ip-10-0-3-7"]
    assert (await scene.read())[1].node == "node ip-10-0-3-7 is gone"


async def test_an_owner_that_the_cache_lacks_is_read() -> None:
    scene = Scene(dead(ended()))
    del scene.observed.objects["ReplicaSet", "shop", "checkout-6d5f"]
    scene.reader.objects["ReplicaSet", "checkout-6d5f"] = {
        "metadata": {"ownerReferences": [{"kind": "Rollout", "name": "storefront", "controller": True}]}
    }
    assert (await scene.read())[1].owners == ("rs/checkout-6d5f", "rollout/storefront")


async def test_secrets_in_logs_and_events_do_not_get_out() -> None:
    scene = Scene(dead(ended()))
    scene.reader.logs = {(NAME, "app", False): "token=abcdef0123456789"}
    scene.reader.told = [event("Unhealthy", "Liveness probe failed: password=hunter2hunter2")]
    _, evidence = await scene.read()
    assert "abcdef0123456789" not in repr(evidence)
    assert "hunter2" not in repr(evidence)
