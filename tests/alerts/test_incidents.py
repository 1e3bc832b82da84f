"""The state machine: what feeds an incident, what brings it back, what its story tells."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from alerts import incidents
from alerts.incidents import MAX_MEMBERS, Extent
from alerts.model import Cause, Evidence, Finding, Incident
from bot.core.ref import Ref
from tests.alerts.tools import T0

WORKLOAD = Ref("prod", "Deployment", "shop", "checkout", "uid-checkout")
EXIT, OOM = Cause(code="exit-1", sentence="exit 1"), Cause(code="oom", sentence="OOMKilled")


def finding(
    pod: str = "a", restarts: int = 1, *, container: str = "app", cause: Cause = EXIT, base: int = 0
) -> Finding:
    return Finding(
        detector="crash",
        failure="crash",
        workload=WORKLOAD,
        object=Ref("prod", "Pod", "shop", pod, f"uid-{pod}"),
        container=container,
        cause=cause,
        since=T0,
        last=T0 + restarts,
        restarts=restarts,
        count=base + restarts,
    )


def opened(*findings: Finding, total: int = 5) -> Incident:
    return incidents.open_incident(findings, findings[0].cause, Extent(total), "#alerts", T0)


def feed(one: Incident, *findings: Finding, after: float = 10, total: int = 5) -> Incident:
    return incidents.feed(one, findings, Extent(total), T0 + after, escalate=120)


def test_the_same_findings_again_change_nothing() -> None:
    one = opened(finding(), finding("b"))
    assert feed(one, finding(), finding("b")) is one


def test_restarts_and_extent_add_up_over_pods_and_containers() -> None:
    one = opened(finding(base=7), finding("b", 3), finding("b", 2, container="proxy"))
    assert (one.restarts, one.affected, one.total) == (6, 2, 5)
    assert feed(one, finding(restarts=2, base=7), finding("b", 3), finding("b", 2, container="proxy")).restarts == 7


def test_a_replaced_pod_keeps_its_restarts_and_gives_up_its_place() -> None:
    one = feed(opened(finding(restarts=4)), finding("new"))
    assert (one.restarts, one.affected, one.pod) == (5, 1, "new")


def test_an_old_record_without_the_newer_fields_still_loads() -> None:
    raw = msgspec.json.encode(
        {
            "id": "crash-1",
            "workload": {"cluster": "prod", "kind": "Deployment", "namespace": "shop", "name": "checkout"},
            "failure": "crash",
            "opened": T0,
            "noticed": T0,
            "cause": {"code": "exit-1", "sentence": "exit 1"},
            "channel": "#alerts",
            "members": [["uid-a", "a", "app", 0, 3, T0, T0]],
            "a field of a later version": 1,
        }
    )
    one = msgspec.json.decode(raw, type=Incident)
    assert (one.state, one.members[0].held, one.key) == ("firing", True, "prod/shop/Deployment/checkout/crash")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), min_size=1))
def test_it_survives_the_store(history: list[tuple[str, int]]) -> None:
    one = opened(finding())
    for pod, restarts in history:
        one = feed(one, finding(pod, restarts))
    one = incidents.attach(one, finding(), EXIT, Evidence(pod="a", log="x"), T0)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Incident) == one


def test_restarts_never_count_backwards() -> None:
    one = feed(opened(finding(restarts=5)), finding(restarts=2))
    assert one.restarts == 5


def test_a_huge_workload_stays_a_small_record() -> None:
    one = opened(*(finding(f"pod-{number}") for number in range(3000)), total=3000)
    assert len(one.members) == MAX_MEMBERS
    assert len(msgspec.json.encode(one)) < 100_000


def test_the_spread_to_all_pods_is_told_once_and_not_in_the_first_minutes() -> None:
    one = opened(finding(), total=2)
    both = finding(), finding("b")
    assert feed(one, *both, after=60, total=2).story == ()
    spread = feed(one, *both, after=200, total=2)
    assert [(line.kind, line.broadcast) for line in spread.story] == [("spread", True)]
    back = feed(feed(spread, finding(), after=300, total=2), *both, after=400, total=2)
    assert len(back.story) == 1


def test_a_new_cause_asks_for_evidence_once_and_takes_the_headline() -> None:
    one = opened(finding())
    oom = finding(restarts=2, cause=OOM)
    assert incidents.new_cause(one, [finding()]) is None
    assert incidents.new_cause(one, [finding(), oom]) is oom
    after = incidents.add_cause(one, oom, OOM, None, T0)
    assert after.cause is OOM
    assert incidents.new_cause(after, [oom]) is None
    assert [line.kind for line in after.story] == ["cause"]


def test_a_cause_that_events_show_to_be_the_same_is_no_news() -> None:
    liveness = Cause(code="liveness", sentence="killed by its liveness probe")
    one = incidents.attach(opened(finding()), finding(), liveness, Evidence(), T0)
    varied = finding(cause=Cause(code="signal-15", sentence="SIGTERM"))
    after = incidents.add_cause(one, varied, liveness, None, T0)
    assert (after.cause, len(after.story)) == (liveness, 1)


def test_a_stop_on_purpose_of_a_failing_pod_is_no_new_failure() -> None:
    one = opened(finding(cause=OOM))
    stopped = finding(cause=Cause(code="signal-9", sentence="killed by SIGKILL"))
    planned = Cause(code="planned", sentence="killed by SIGKILL")
    after = incidents.add_cause(one, stopped, planned, Evidence(), T0)
    assert (after.cause, after.story) == (OOM, ())
    assert incidents.new_cause(after, [stopped]) is None


def test_partial_evidence_shows_in_the_message_and_waits_for_the_thread() -> None:
    one = incidents.attach(opened(finding()), finding(), EXIT, Evidence(), T0, whole=False)
    assert one.evidence == Evidence()
    assert one.story == ()


def test_ended_and_again() -> None:
    over = incidents.end(opened(finding(restarts=3)), "steady", Extent(5, 5), T0 + 600)
    assert (over.state, over.ended, over.ready, over.members) == ("ended", T0 + 600, 5, ())
    back = incidents.reopen(over, [finding(restarts=1, base=3)], EXIT, Extent(5), T0 + 700)
    assert (back.state, back.id, back.reopened, back.restarts) == ("firing", over.id, 1, 4)
    assert [(line.kind, line.broadcast) for line in back.story] == [("ended", False), ("again", True)]


def test_calm_begins_once_and_a_finding_ends_it() -> None:
    one = incidents.calm(opened(finding()), T0 + 5)
    assert incidents.calm(one, T0 + 9).calm_since == T0 + 5
    assert incidents.uncalm(one).calm_since == 0
    assert feed(one, finding()).calm_since == 0


def test_each_return_doubles_the_quiet_period_up_to_an_hour() -> None:
    assert [incidents.damped(300, count) for count in (0, 1, 2, 9)] == [300, 600, 1200, 3600]
    assert incidents.damped(7200, 3) == 7200


def test_ids_differ_between_incidents_of_one_workload() -> None:
    assert incidents.make_id(WORKLOAD, "crash", T0) != incidents.make_id(WORKLOAD, "crash", T0 + 1)
