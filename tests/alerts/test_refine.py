"""Events refine a cause, but only those of this pod, this container and this life of it."""

from __future__ import annotations

import msgspec
import pytest

from alerts.causes import cause_of
from alerts.model import Cause, Finding
from alerts.refine import about, refine
from bot.core.objects import Container, Event, Terminated
from bot.core.ref import Ref
from tests.alerts.tools import T0, ended, event

LIVENESS = event("Killing", "Container app failed liveness probe, will be restarted", last=-3, kind="Normal")
UNHEALTHY = event("Unhealthy", "Liveness probe failed: dial tcp 10.0.0.7:8080: connect: connection refused", last=-4)


def finding(how: Terminated, limit: str = "") -> Finding:
    pod = Ref("prod", "Pod", "shop", "checkout-6d5f-x7k2p", "uid-checkout-6d5f-x7k2p")
    return Finding(
        detector="crash",
        failure="crash",
        workload=pod,
        object=pod,
        container="app",
        cause=cause_of(how, Container("app")),
        since=T0,
        terminated=how,
        node="ip-10-0-3-7",
        limit=limit,
    )


def refined(how: Terminated, *events: Event, **more: object) -> Cause:
    return refine(finding(how), events, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [0, 1, 137, 143])
def test_a_liveness_kill_is_one_whatever_the_exit_code(code: int) -> None:
    cause = refined(ended(code), UNHEALTHY, LIVENESS)
    assert cause.code == "liveness"
    assert cause.sentence == ("killed by its liveness probe: dial tcp 10.0.0.7:8080: connect: connection refused")


def test_a_startup_kill_is_one() -> None:
    kill = event("Killing", "Container app failed startup probe, will be restarted", last=-3)
    output = event("Unhealthy", "Startup probe failed: cat: can't open '/ready'", last=-4)
    assert refined(ended(137), output, UNHEALTHY, kill).sentence == (
        "killed by its startup probe: cat: can't open '/ready'"
    )


def test_out_of_memory_stays_what_it_is() -> None:
    assert refined(ended(137, "OOMKilled"), LIVENESS).code == "oom"


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(LIVENESS, involved_object=event("", "", uid="an earlier db-0").involved_object),
        event("Killing", "Container proxy failed liveness probe, will be restarted", container="proxy", last=-3),
        event("Killing", "Container app failed liveness probe, will be restarted", last=-600),
        event("Killing", "Container app failed liveness probe, will be restarted", last=60),
    ],
    ids=["another pod of this name", "another container", "an earlier life", "a later life"],
)
def test_a_kill_that_is_not_this_ones_explains_nothing(other: Event) -> None:
    assert refined(ended(1, start=-60, end=0), other).code == "exit-1"


@pytest.mark.parametrize(
    "message",
    [
        "Stopping container app",
        "Container app definition changed, will be restarted",
        "Container app resize requires restart",
    ],
)
def test_what_somebody_wanted_is_planned(message: str) -> None:
    assert refined(ended(143), event("Killing", message, last=-3, kind="Normal")).code == "planned"


def test_a_lost_sandbox_is_the_nodes() -> None:
    told = event("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.", container="", last=-1)
    assert refined(ended(137), told).code == "node"
    assert refined(ended(1), told).code == "exit-1"


def test_a_failed_post_start_hook_is_named_with_its_output() -> None:
    kill = event("Killing", "FailedPostStartHook", last=-3)
    cause = refined(ended(137), event("FailedPostStartHook", "PostStartHook failed: exit 3", last=-3), kill)
    assert (cause.code, cause.detail) == ("poststart", "PostStartHook failed: exit 3")


def test_a_nodes_memory_is_a_guess_that_says_so() -> None:
    node = event("SystemOOM", "System OOM encountered, victim process: app", container="", last=-1)
    cause = refined(ended(137), node_events=[node])
    assert cause.code == "system-oom"
    assert cause.sentence.startswith("probably killed because node ip-10-0-3-7 ran out of memory")
    assert not cause.sure
    earlier = event("SystemOOM", "…", container="", last=-3600)
    assert refined(ended(137), node_events=[earlier]).code == "signal-9"


def test_memory_at_the_limit_makes_sigkill_probably_out_of_memory() -> None:
    kill = finding(ended(137), "256 MiB")
    assert refine(kill, (), usage="251Mi").sentence == ("probably out of memory: SIGKILL with 251 MiB used of 256 MiB")
    assert "probably" not in refine(kill, (), usage="100Mi").sentence
    assert "probably" not in refine(finding(ended(137)), (), usage="251Mi").sentence


def test_a_probes_output_is_redacted_and_short_in_the_sentence() -> None:
    long = event("Unhealthy", "Liveness probe failed: token=abcdef1234567890 " + "x" * 400, last=-4)
    cause = refined(ended(137), long, LIVENESS)
    assert "abcdef1234567890" not in cause.sentence + cause.detail
    assert len(cause.sentence) < 180 < len(cause.detail)


def test_events_of_the_pod_as_a_whole_belong_to_every_container() -> None:
    whole = event("FailedMount", "…", container="")
    assert about(finding(ended()), [whole, event("X", "…", container="other")]) == [whole]
