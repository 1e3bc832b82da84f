"""Reading containers: roles, ends, and since when one is well."""

from __future__ import annotations

from alerts.containers import find, last_end, lies_dead, statuses, well_since
from bot.core.objects import Condition, ContainerState, ContainerStatus, Pod, Waiting
from tests.alerts.tools import T0, at, backing_off, completed, dead, ended, pod, running


def since(one: Pod, name: str = "app") -> float | None:
    found = find(one, name)
    assert found is not None
    return well_since(one, found)


def test_roles_are_read_from_the_spec() -> None:
    one = pod(running(), init=[running(name="proxy"), completed(name="init")], sidecars=["proxy"])
    roles = {status.name: found.role for status in statuses(one) if (found := find(one, status.name))}
    assert roles == {"app": "container", "proxy": "sidecar", "init": "init container"}
    assert find(one, "nobody") is None


def test_the_last_end_is_the_present_one_while_it_lies_dead() -> None:
    how = ended(1)
    assert last_end(dead(how)) is how
    assert lies_dead(dead(how))
    assert last_end(backing_off(how)) is how
    assert not lies_dead(backing_off(how))
    assert last_end(running()) is None


def test_running_and_ready_is_well() -> None:
    assert since(pod(running(since=50))) == T0 + 50
    assert since(pod(running(since=50, ready=False))) is None
    assert since(pod(backing_off(ended()))) is None
    assert since(pod(ContainerStatus(name="app", state=ContainerState(waiting=Waiting("x"))))) is None
    assert since(pod(ContainerStatus(name="app"))) is None


def test_readiness_that_came_later_counts_from_then() -> None:
    ready = Condition(type="ContainersReady", status="True", last_transition_time=at(90))
    assert since(pod(running(since=50), conditions=(ready,))) == T0 + 90


def test_an_init_container_is_well_when_it_completed() -> None:
    assert since(pod(running(), init=[completed(name="init", end=30)]), "init") == T0 + 30
    assert since(pod(running(), init=[running(name="init")]), "init") is None


def test_a_jobs_container_is_well_when_it_completed() -> None:
    assert since(pod(completed(end=30), policy="OnFailure")) == T0 + 30
    assert since(pod(completed(end=30))) is None
