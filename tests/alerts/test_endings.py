"""When an incident is over, judged on the objects: first all that is no ending."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alerts import endings, incidents
from alerts.incidents import Extent
from alerts.model import Incident
from bot.core.objects import (
    Condition,
    Job,
    JobStatus,
    Object,
    ObjectMeta,
    Workload,
    WorkloadSpec,
    WorkloadStatus,
)
from bot.core.ref import Ref
from tests.alerts.test_incidents import WORKLOAD, finding
from tests.alerts.tools import T0, FakeObserved, pod, running, workload


def incident(kind: str = "Deployment", name: str = "checkout", uid: str = "uid-checkout") -> Incident:
    one = msgspec.structs.replace(finding(), workload=Ref("prod", kind, "shop", name, uid))
    return incidents.open_incident([one], one.cause, Extent(1), "#alerts", T0)


def advance(one: Incident, *objects: tuple[str, Object], after: float = 0, synced: bool = True) -> Incident:
    observed = FakeObserved()
    if not synced:
        observed.synced_kinds = {"Pod"}
    for kind, item in objects:
        observed.objects[kind, "shop", item.metadata.name] = item
    return endings.advance(observed, one, T0 + after, 300)


def twice(one: Incident, *objects: tuple[str, Object], after: float = 301, **more: Any) -> str:
    """The ending after ``after`` seconds in which nothing changed."""
    return advance(advance(one, *objects, **more), *objects, after=after, **more).ending


POD = ("Pod", pod(running(), name="a"))


def test_a_pod_that_is_gone_while_the_workload_is_not_available_is_no_ending() -> None:
    assert twice(incident(), ("Deployment", workload(ready=0)), after=9999) == ""


def test_a_workload_that_is_not_updated_yet_is_no_ending() -> None:
    assert twice(incident(), ("Deployment", workload(updated=0)), after=9999) == ""


def test_a_status_older_than_the_spec_is_no_ending() -> None:
    stale = workload()
    stale = msgspec.structs.replace(stale, metadata=msgspec.structs.replace(stale.metadata, generation=2))
    assert twice(incident(), ("Deployment", stale), after=9999) == ""


def test_a_replaced_pod_needs_the_quiet_period() -> None:
    deployment = ("Deployment", workload())
    assert twice(incident(), deployment, after=299) == ""
    assert twice(incident(), deployment, after=300) == "replaced"


def test_unavailability_in_between_starts_the_quiet_period_anew() -> None:
    one = advance(incident(), ("Deployment", workload()))
    one = advance(one, ("Deployment", workload(ready=0)), after=200)
    one = advance(one, ("Deployment", workload()), after=250)
    assert advance(one, ("Deployment", workload()), after=400).state == "firing"
    assert advance(one, ("Deployment", workload()), after=550).ending == "replaced"


def test_containers_that_have_been_well_for_the_quiet_period_need_no_more() -> None:
    assert advance(incident(), POD, ("Deployment", workload())).ending == "steady"


def test_an_incident_that_came_back_needs_more_calm() -> None:
    one = msgspec.structs.replace(incident(), reopened=1)
    assert twice(one, POD, ("Deployment", workload()), after=299) == ""
    assert twice(one, POD, ("Deployment", workload()), after=300) == "steady"


@pytest.mark.parametrize(
    ("one", "objects", "synced", "ending"),
    [
        (incident(), [], True, "deleted"),
        (incident(), [POD], True, "deleted"),
        (incident(uid="an earlier one"), [("Deployment", workload())], True, "deleted"),
        (incident(), [("Deployment", workload(replicas=0))], True, "scaled to 0"),
        (incident("Pod", "a"), [], True, "deleted"),
        (incident("CronJob", "night"), [], False, "finished"),
        (incident("SparkApplication", "etl"), [], False, "deleted"),
        (incident("SparkApplication", "etl"), [POD], False, "steady"),
    ],
)
def test_what_ends_at_once(one: Incident, objects: list[tuple[str, Object]], synced: bool, ending: str) -> None:
    assert advance(one, *objects, synced=synced).ending == ending


@pytest.mark.parametrize(("condition", "ending"), [("Complete", "finished"), ("Failed", "finished"), ("Suspended", "")])
def test_a_job_that_has_ended(condition: str, ending: str) -> None:
    job = Job(
        ObjectMeta(name="load", namespace="shop"), JobStatus(conditions=(Condition(type=condition, status="True"),))
    )
    assert advance(incident("Job", "load", ""), ("Job", job)).ending == ending


def test_a_daemon_set_counts_nodes() -> None:
    def agents(available: int) -> Workload:
        status = WorkloadStatus(
            desired_number_scheduled=3, updated_number_scheduled=3, number_available=available, number_ready=available
        )
        return Workload(ObjectMeta(name="agent", namespace="shop"), status=status)

    one = incident("DaemonSet", "agent", "")
    assert twice(one, ("DaemonSet", agents(2)), after=9999) == ""
    assert twice(one, ("DaemonSet", agents(3))) == "replaced"


@pytest.mark.parametrize("generation", [1, "1", "6b8f"])
def test_a_canary_with_older_pods_may_be_well(generation: int | str) -> None:
    rollout = Workload(
        ObjectMeta(name="storefront", namespace="shop", generation=1),
        WorkloadSpec(replicas=5),
        WorkloadStatus(observed_generation=generation, updated_replicas=1, available_replicas=5, ready_replicas=5),
    )
    assert twice(incident("Rollout", "storefront", ""), ("Rollout", rollout)) == "replaced"


def test_how_many_pods_there_should_be() -> None:
    observed = FakeObserved()
    assert endings.extent_of(observed, WORKLOAD) == Extent(0, 0)
    observed.objects["Deployment", "shop", "checkout"] = workload(replicas=5, ready=3)
    assert endings.extent_of(observed, WORKLOAD) == Extent(5, 3)
