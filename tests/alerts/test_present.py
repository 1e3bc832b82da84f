"""The messages, word for word, as a reader sees them without colours."""

from __future__ import annotations

import textwrap

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import incidents, present
from alerts.incidents import Extent
from alerts.model import Cause, Change, Ending, Evidence, Incident, Line
from bot.core.message import Actions, Message, Pre
from bot.core.ref import Ref
from tests.alerts.test_incidents import WORKLOAD, finding
from tests.alerts.tools import T0, show

OOM = Cause(
    code="oom",
    sentence="OOMKilled at its 256 MiB limit",
    brief="OOMKilled at 256 MiB",
    known_by="the container's termination reason, OOMKilled",
)
CHANGE = Change(
    what=("image 1.41 → 1.42", "memory limit 512 → 256 MiB"), at=T0 - 120, revision="18", by="argocd-controller"
)
EVIDENCE = Evidence(
    pod="checkout-6d5f-x7k2p",
    container="app",
    log="14:08:51 loading catalogue, 182,334 items\n14:08:55 cache warm 61 %",
    log_of="before the crash",
    events=("BackOff (5 times): Back-off restarting failed container",),
    usage="memory was 251 MiB of 256 MiB at the last reading",
    node="node ip-10-0-3-7 is fine",
    change=CHANGE,
    owners=("rs/checkout-6d5f", "deploy/checkout"),
)


def incident(**more: object) -> Incident:
    one = incidents.open_incident([finding()], OOM, Extent(5), "#alerts", T0)
    base = msgspec.structs.replace(
        one,
        evidence=EVIDENCE,
        restarts=14,
        last=T0 + 420,
        affected=3,
        looping=True,
        image="registry.test/shop/checkout:1.42",
        pod="checkout-6d5f-x7k2p",
    )
    return msgspec.structs.replace(base, **more)


def block(text: str) -> str:
    return textwrap.dedent(text).strip()


def test_firing() -> None:
    message = present.message(incident())
    assert message.text == (
        "🔴 prod/shop checkout crashing: OOMKilled at 256 MiB, 3 of 5 pods, 2 min after a change, 14 restarts in 7 min"
    )
    assert show(message).partition("\n")[2] == block("""
        🔴 checkout is crashing: OOMKilled at its 256 MiB limit
        prod / shop · deploy/checkout · container app · 3 of 5 pods · 14 restarts in 7 min · since 08:33 UTC
        Changed 2 min before: image 1.41 → 1.42, memory limit 512 → 256 MiB (revision 18, by argocd-controller)
        Memory was 251 MiB of 256 MiB at the last reading · node ip-10-0-3-7 is fine · image checkout:1.42
        ┌ checkout-6d5f-x7k2p / app, before the crash
        │ 14:08:51 loading catalogue, 182,334 items
        │ 14:08:55 cache warm 61 %
        └
        [ Logs ] [ Describe ]
        """)


def test_a_single_crash_of_an_init_container_without_evidence() -> None:
    cause = Cause(code="exit-2", sentence="it exited with code 2", brief="exit code 2")
    one = incident(
        cause=cause,
        causes={},
        evidence=None,
        restarts=1,
        last=T0,
        affected=1,
        total=1,
        looping=False,
        role="init container",
    )
    assert show(present.message(one)) == block("""
        push: 🔴 prod/shop checkout crashed: exit code 2
        🔴 checkout crashed: it exited with code 2
        prod / shop · deploy/checkout · init container app · 1 pod · 1 restart · since 08:33 UTC
        Image checkout:1.42
        Logs, events and the last change are still being read.
        [ Logs ] [ Describe ]
        """)


def test_a_guess_is_called_one_and_what_is_missing_is_said() -> None:
    cause = Cause(
        code="signal-9",
        sentence="probably out of memory: SIGKILL with 251 MiB used of 256 MiB",
        brief="probably out of memory",
        sure=False,
        known_by="the last memory reading",
    )
    evidence = Evidence(pod="p", container="app", missing=("no log: the container wrote none",))
    text = show(present.message(incident(cause=cause, evidence=evidence, causes={}, workload_guessed=True)))
    assert "known only from the last memory reading" in text
    assert "No log: the container wrote none" in text
    assert "deploy/checkout (by its pods' names)" in text


def test_a_start_error_offers_no_log() -> None:
    cause = Cause(code="start", sentence='it cannot be started: exec: "/no": no such file', brief="cannot be started")
    text = show(present.message(incident(cause=cause, causes={}, evidence=Evidence())))
    assert '🔴 checkout cannot start: exec: "/no": no such file' in text
    assert text.endswith("[ Describe ]")


def test_other_causes_are_named() -> None:
    causes = {"app:oom": OOM, "proxy:exit-2": Cause(code="exit-2", sentence="it exited with code 2")}
    assert "Also seen: it exited with code 2" in show(present.message(incident(causes=causes)))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (T0 - 45, "Changed 45 s before: "),
        (T0 + 60, "Changed 1 min after it began: "),
        (T0 - 12 * 86400, "Last change 12 days before: "),
        (0.0, "Last change: "),
    ],
)
def test_a_change_is_told_with_its_distance(at: float, words: str) -> None:
    evidence = msgspec.structs.replace(EVIDENCE, change=msgspec.structs.replace(CHANGE, at=at))
    assert words in show(present.message(incident(evidence=evidence)))


def test_a_change_that_the_pod_does_not_run_is_not_blamed() -> None:
    note = "the failing pod still runs an earlier revision"
    evidence = msgspec.structs.replace(EVIDENCE, change=msgspec.structs.replace(CHANGE, note=note))
    text = show(present.message(incident(evidence=evidence)))
    assert note in text
    assert "after a change" not in text.split("\n")[0]


def test_recovered() -> None:
    over = incidents.end(incident(), "steady", Extent(5, 5), T0 + 19 * 60)
    assert show(present.message(over)) == block("""
        push: ✅ checkout recovered after 19 min, prod / shop, OOMKilled at 256 MiB
        ✅ checkout recovered after 19 min · all 5 pods are ready
        prod / shop · deploy/checkout · 14 restarts in 7 min · 08:33 UTC to 08:52 UTC
        It failed because: OOMKilled at its 256 MiB limit
        """)


@pytest.mark.parametrize(
    ("ending", "words", "colour"),
    [
        ("replaced", "✅ checkout recovered after 19 min · replaced pods are available", "green"),
        ("deleted", "⚪ checkout was deleted 19 min after it began to fail", "grey"),
        ("scaled to 0", "⚪ checkout was scaled to 0 pods 19 min after it began to fail", "grey"),
        ("finished", "⚪ checkout has ended; it was failing for 19 min", "grey"),
        ("planned", "⚪ checkout was stopped on purpose; it did not crash", "grey"),
    ],
)
def test_each_ending_in_its_words(ending: Ending, words: str, colour: str) -> None:
    over = incidents.end(incident(), ending, Extent(5, 4), T0 + 19 * 60)
    message = present.message(over)
    assert words in show(message)
    assert message.colour == colour
    assert not any(isinstance(part, Actions | Pre) for part in message.parts), "buttons and log are gone"
    assert present.line(over, over.story[-1]).text == words


def test_an_unreachable_cluster() -> None:
    ref = Ref("prod", "Cluster", "", "prod")
    cause = Cause(code="unreachable", sentence="no answer for 30 s", brief="no answer for 30 s")
    one = incidents.open_unreachable(ref, cause, "#alerts", T0, T0)
    assert show(present.message(one)) == block("""
        push: 🟠 prod cannot be watched: its state is unknown, no answer for 30 s
        🟠 prod cannot be watched: its state is unknown
        no answer for 30 s · since 08:33 UTC
        Nothing in it is known to be well or broken. Its alerts wait, and catch up when it can be seen again.
        """)
    over = incidents.end(one, "reachable", Extent(), T0 + 300)
    assert show(present.message(over)).startswith("push: ✅ prod is watched again after 5 min; what was missed follows")


def test_the_details_in_the_thread() -> None:
    line = Line(at=T0, kind="detail", cause=OOM, evidence=EVIDENCE)
    assert show(present.line(incident(), line)) == block("""
        push: Details: OOMKilled at its 256 MiB limit
        OOMKilled at its 256 MiB limit (known from the container's termination reason, OOMKilled)
        pod/checkout-6d5f-x7k2p → rs/checkout-6d5f → deploy/checkout · node ip-10-0-3-7 is fine
        ┌ checkout-6d5f-x7k2p / app, before the crash
        │ 14:08:51 loading catalogue, 182,334 items
        │ 14:08:55 cache warm 61 %
        └
        ┌ events
        │ BackOff (5 times): Back-off restarting failed container
        └
        """)


def test_a_new_side_brings_its_own_log() -> None:
    line = Line(at=T0, kind="cause", cause=OOM, evidence=EVIDENCE)
    assert "│ 14:08:55 cache warm 61 %" in show(present.line(incident(), line))


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-.", min_size=1, max_size=253)


@given(names, names, names, st.text(max_size=500), st.integers(0, 10**6))
def test_a_push_text_always_fits_and_names_what_where_and_why(
    name: str, namespace: str, cluster: str, brief: str, restarts: int
) -> None:
    workload = msgspec.structs.replace(WORKLOAD, name=name, namespace=namespace, cluster=cluster)
    one = incident(workload=workload, restarts=restarts, cause=msgspec.structs.replace(OOM, brief=brief))
    for message in (present.message(one), present.message(incidents.end(one, "steady", Extent(), T0 + 9))):
        assert len(message.text) <= present.PUSH
        assert name[:20] in message.text
        assert isinstance(message, Message)


def test_names_are_cut_in_their_middle() -> None:
    assert present.squeeze("checkout", 20) == "checkout"
    assert present.squeeze("a-very-long-name-of-a-pod-x7k2p", 16) == "a-very-lon…x7k2p"
