"""The pod in most trouble, the container that fails, and the log in which its crash stands."""

from __future__ import annotations

from typing import Any

import pytest

from commands.choosing import choose_container, choose_pod, containers, read_pod, wants_previous
from tests.commands.builders import NOW, container, crashing, pod, running, status, terminated, waiting


def pick(*pods: dict[str, Any], wanted: str = "") -> tuple[str, str, str]:
    chosen = choose_pod(map(read_pod, pods), wanted, NOW)
    assert chosen is not None
    return chosen.pod.metadata.name, chosen.container.name, chosen.why


def test_healthy_pods_give_the_newest_and_say_so() -> None:
    name, _, why = pick(pod("old", age=9000), pod("new", age=60))
    assert (name, why) == ("new", "the newest of 2 pods, none of which is in trouble")
    assert pick(pod("one"))[2] == "the only pod"


@pytest.mark.parametrize(
    "worse",
    [
        crashing(),
        status("app", terminated(137, "OOMKilled", 5), restarts=3, ready=False),
        status("app", waiting("CreateContainerConfigError"), ready=False),
        status("app", running(), ready=False),
        status("app", running(20), terminated(1, "Error", 25), restarts=1),
    ],
)
def test_trouble_goes_before_health(worse: dict[str, Any]) -> None:
    name, container_name, why = pick(pod("good-1", age=5), pod("bad", worse), pod("good-2"))
    assert (name, container_name) == ("bad", "app")
    assert "the worst of 3" in why


def test_latest_failure_first_among_equals() -> None:
    name, _, why = pick(pod("a", crashing(ago=300)), pod("b", crashing(ago=20)), pod("c"))
    assert name == "b"
    assert why == "OOMKilled 20 s ago, 14 restarts (CrashLoopBackOff) (the latest of 2 such pods, 3 in all)"


def test_pods_that_are_being_deleted_are_passed_over() -> None:
    gone = pod("gone", crashing(), metadata={"deletionTimestamp": "2026-11-21T08:00:00Z"})
    assert pick(gone, pod("stays"))[0] == "stays"
    assert choose_pod([read_pod(gone)], "", NOW) is None


def test_failing_container_goes_before_the_default_one() -> None:
    both = pod("p", status("web"), crashing("worker"), metadata={"annotations": {}})
    assert pick(both)[1] == "worker"
    healthy = pod(
        "p",
        status("web"),
        status("worker"),
        metadata={"annotations": {"kubectl.kubernetes.io/default-container": "worker"}},
    )
    assert pick(healthy)[1] == "worker"
    assert pick(healthy, wanted="web")[1] == "web"
    assert pick(pod("p", status("web"), status("worker")))[1] == "web"


def test_init_containers_and_sidecars() -> None:
    inits = [container("migrate"), container("proxy", restartPolicy="Always")]
    done = status("migrate", terminated(0, "Completed"), ready=True)
    fine = pod("p", status("app"), inits=inits, init_statuses=[done, status("proxy")])
    assert [(one.name, one.kind, one.trouble) for one in containers(read_pod(fine), NOW)] == [
        ("migrate", "init container", 0),
        ("proxy", "sidecar", 0),
        ("app", "container", 0),
    ]
    stuck = status("app", waiting("PodInitializing"), ready=False)
    failing = pod("p", stuck, inits=inits, init_statuses=[crashing("migrate"), status("proxy")])
    assert pick(failing)[1] == "migrate"
    sidecar = pod("p", status("app"), inits=inits, init_statuses=[done, crashing("proxy")])
    assert pick(sidecar)[1] == "proxy"


def test_unknown_container_is_none() -> None:
    assert choose_container(read_pod(pod()), "nope", NOW) is None


@pytest.mark.parametrize(
    ("one", "previous"),
    [
        (status("app"), False),
        (crashing(), True),
        (status("app", terminated(1), terminated(1), restarts=2, ready=False), False),  # it stands in the current log
        (status("app", running(10), terminated(137, "OOMKilled", 12), restarts=1), True),
        (status("app", running(10), terminated(0, "Completed", 12), restarts=1), False),
        (status("app", running(900), terminated(1, "Error", 905), restarts=1), False),
        (status("app", waiting("ContainerCreating"), ready=False), False),
    ],
)
def test_which_log_holds_the_crash(one: dict[str, Any], previous: bool) -> None:
    chosen = choose_container(read_pod(pod("p", one)), "app", NOW)
    assert chosen is not None
    wanted, why = wants_previous(chosen, NOW)
    assert wanted is previous
    assert bool(why) is previous
