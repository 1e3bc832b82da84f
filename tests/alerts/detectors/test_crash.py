"""The crash detector: silence first, then each cause."""

from __future__ import annotations

import msgspec
import pytest

from alerts.detectors.crash import DETECTOR, CrashSettings
from bot.core.objects import ContainerState, ContainerStatus, Job, ObjectMeta, Pod, Waiting
from tests.alerts.detectors.tools import History, found, silent
from tests.alerts.tools import backing_off, completed, dead, ended, pod, replicaset, running, workload

OWNERS = (("ReplicaSet", replicaset()), ("Deployment", workload()))
JOB = ("Job", Job(ObjectMeta(name="load-1", namespace="shop", uid="uid-load-1")))
NEW = (0.0, pod(running()))


def job_pod(*statuses: ContainerStatus) -> Pod:
    return pod(*statuses, name="load-1-x", owner=("Job", "load-1"), policy="OnFailure")


def init_pod(main: ContainerStatus, init: ContainerStatus, *, sidecar: bool = False) -> Pod:
    return pod(main, init=[init], sidecars=[init.name] if sidecar else [])


WAITING_MAIN = ContainerStatus(name="app", state=ContainerState(waiting=Waiting("PodInitializing")))
REBOOT = ended(255, "Unknown", end=20)
LOST = ended(137, "ContainerStatusUnknown", end=20)

SILENT: dict[str, History] = {
    "a healthy pod": [NEW, (500, pod(running()))],
    "a pod that is new and well": [(0, pod(running()))],
    "a finished Job": [(0, job_pod(running())), (60, job_pod(completed()))],
    "a Job's retries": [(0, job_pod(running())), (60, job_pod(dead(ended(1), 2)))],
    "an init container that completed": [(0, init_pod(WAITING_MAIN, completed(name="init")))],
    "an init container that ran again in a new sandbox": [
        (0, init_pod(running(), completed(name="init"))),
        (60, init_pod(running(), completed(4, name="init"))),
    ],
    "a pod that is being deleted": [NEW, (60, pod(dead(ended(143), 1), deleted=True))],
    "a pod that is being deleted and exits with an error": [NEW, (60, pod(dead(ended(1), 1), deleted=True))],
    "a node's reboot": [NEW, (60, pod(running(1, since=50, last=REBOOT)))],
    "a lost sandbox": [NEW, (60, pod(running(1, since=50, last=LOST)))],
    "a node's shutdown": [NEW, (60, pod(dead(ended(137, "Terminated"), 1), phase="Failed", reason="Terminated"))],
    "one exit with code 0": [NEW, (60, pod(running(1, since=50, last=ended(0, "Completed", end=49))))],
}


@pytest.mark.parametrize("history", SILENT.values(), ids=SILENT)
def test_silent(history: History) -> None:
    silent(DETECTOR, history, *OWNERS, JOB)


def test_a_container_that_is_well_again_is_found_only_as_long_as_nobody_was_told() -> None:
    how = ended(1, end=55)
    history = [NEW, (60.0, pod(backing_off(how))), (400.0, pod(running(1, since=70, last=how)))]
    assert found(DETECTOR, history, *OWNERS)
    assert not found(DETECTOR, history, *OWNERS, settled=True)


def test_an_ephemeral_container_is_not_looked_at() -> None:
    raw = b'{"metadata":{"name":"x","namespace":"shop","uid":"u"},"status":{"ephemeralContainerStatuses":[{"name":"sh",'
    raw += b'"restartCount":3,"state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}}'
    silent(DETECTOR, [(0, pod(running(), uid="u")), (9, msgspec.json.decode(raw, type=Pod))])


TOLD: dict[str, tuple[History, str]] = {
    "exit 1": ([NEW, (60, pod(dead(ended(1, end=59))))], "it exited with code 1 (a general error)"),
    "seen only as running": (
        [NEW, (60, pod(running(1, since=59, last=ended(4, end=58))))],
        "it exited with code 4",
    ),
    "OOM with a limit": (
        [NEW, (60, pod(dead(ended(137, "OOMKilled")), limit="256Mi"))],
        "OOMKilled at its 256 MiB limit",
    ),
    "the cause behind CrashLoopBackOff": (
        [NEW, (60, pod(backing_off(ended(139, "Error"), 5)))],
        "it died of SIGSEGV (exit code 139, invalid memory access)",
    ),
    "SIGKILL that nobody explains": (
        [NEW, (60, pod(dead(ended(137, "Error"))))],
        "killed by SIGKILL (exit code 137); by whom is not recorded",
    ),
    "exit 0 in a crash loop": (
        [NEW, (60, pod(backing_off(ended(0, "Completed"), 1)))],
        "it exits with code 0 and is started again each time",
    ),
    "exit 0 three times, CrashLoopBackOff never seen": (
        [NEW, (60, pod(running(3, since=50, last=ended(0, "Completed", end=49))))],
        "it exits with code 0 and is started again each time",
    ),
    "a start error": (
        [
            NEW,
            (60, pod(dead(ended(128, "StartError", message='x: unable to start container process: exec: "/no"')))),
        ],
        'it cannot be started: exec: "/no"',
    ),
    "an init container": (
        [(0, init_pod(WAITING_MAIN, running(name="init"))), (9, init_pod(WAITING_MAIN, dead(ended(2), name="init")))],
        "it exited with code 2 (often a usage error, or a Go panic)",
    ),
    "a native sidecar": (
        [
            (0, init_pod(running(), running(name="proxy"), sidecar=True)),
            (9, init_pod(running(), dead(ended(1), name="proxy"), sidecar=True)),
        ],
        "it exited with code 1 (a general error)",
    ),
    "a Job that fails again and again": (
        [(0, job_pod(running())), (60, job_pod(dead(ended(1), 3)))],
        "it exited with code 1 (a general error)",
    ),
    "a node that cuts it off again and again": (
        [NEW, (60, pod(running(3, since=50, last=LOST)))],
        "cut off by its node (reboot, shutdown or lost sandbox)",
    ),
    "a crash that ended less than the quiet period ago": (
        [NEW, (60, pod(dead(ended(1)))), (350, pod(running(1, since=70, last=ended(1))))],
        "it exited with code 1 (a general error)",
    ),
    "no record of how it ended": (
        [NEW, (60, pod(running(1, since=50)))],
        "it restarted and the cluster kept no reason",
    ),
}


@pytest.mark.parametrize(("history", "sentence"), TOLD.values(), ids=TOLD)
def test_told(history: History, sentence: str) -> None:
    (finding,) = found(DETECTOR, history, *OWNERS, JOB)
    assert finding.cause.sentence == sentence


def test_two_containers_of_one_pod_are_two_findings() -> None:
    history = [
        (0.0, pod(running(), running(name="proxy"))),
        (9.0, pod(dead(ended(1)), dead(ended(2), name="proxy"))),
    ]
    findings = found(DETECTOR, history, *OWNERS)
    assert [(one.container, one.cause.code) for one in findings] == [("app", "exit-1"), ("proxy", "exit-2")]


def test_a_finding_names_owner_role_and_place() -> None:
    history = [
        (0, init_pod(WAITING_MAIN, running(name="init"))),
        (9, init_pod(WAITING_MAIN, dead(ended(2), 1, "init"))),
    ]
    (finding,) = found(DETECTOR, history, *OWNERS)
    assert finding.workload.slug == "deploy/checkout"
    assert (finding.role, finding.container, finding.node) == ("init container", "init", "ip-10-0-3-7")
    assert finding.image == "registry.test/shop/init:3"
    assert finding.log_is_current


def test_a_namesake_does_not_inherit_the_count() -> None:
    history = [(0.0, pod(running(5), name="db-0")), (60.0, pod(running(), name="db-0", uid="another"))]
    silent(DETECTOR, history, *OWNERS)


def test_how_often_normal_things_may_happen_can_be_set() -> None:
    history = [NEW, (60.0, pod(running(1, since=50, last=ended(0, "Completed", end=49))))]
    assert found(DETECTOR, history, *OWNERS, settings=CrashSettings(repeats=1))
