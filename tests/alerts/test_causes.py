"""Causes from terminations: each exit code and reason in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.causes import cause_of, memory, parse_bytes
from bot.core.objects import Container, Resources, Terminated

LIMITED = Container("app", resources=Resources(limits={"memory": "512Mi"}))


@pytest.mark.parametrize(
    ("code", "reason", "cause", "sentence"),
    [
        (1, "Error", "exit-1", "it exited with code 1 (a general error)"),
        (3, "Error", "exit-3", "it exited with code 3"),
        (126, "Error", "exit-126", "it exited with code 126 (the command cannot be executed, as without permission)"),
        (127, "Error", "exit-127", "it exited with code 127 (the command was not found)"),
        (
            134,
            "Error",
            "signal-6",
            "it died of SIGABRT (exit code 134, aborted by itself, as after a failed assertion)",
        ),
        (137, "Error", "signal-9", "killed by SIGKILL (exit code 137); by whom is not recorded"),
        (137, "OOMKilled", "oom", "OOMKilled at its 512 MiB limit"),
        (1, "OOMKilled", "oom", "OOMKilled at its 512 MiB limit"),
        (139, "Error", "signal-11", "it died of SIGSEGV (exit code 139, invalid memory access)"),
        (143, "Error", "signal-15", "it was asked to stop by SIGTERM (exit code 143); by whom is not recorded"),
        (255, "Error", "exit-255", "it exited with code 255 (a fatal error, or an exit code out of range)"),
        (255, "Unknown", "node", "cut off by its node (reboot, shutdown or lost sandbox)"),
        (137, "ContainerStatusUnknown", "node", "cut off by its node (reboot, shutdown or lost sandbox)"),
        (0, "Completed", "completed", "it exits with code 0 and is started again each time"),
    ],
)
def test_codes_and_reasons(code: int, reason: str, cause: str, sentence: str) -> None:
    told = cause_of(Terminated(exit_code=code, reason=reason), LIMITED)
    assert (told.code, told.sentence) == (cause, sentence)


def test_137_without_a_limit_is_never_called_out_of_memory() -> None:
    assert "OOM" not in cause_of(Terminated(exit_code=137, reason="Error"), None).sentence


def test_a_start_error_says_the_one_thing_that_went_wrong() -> None:
    message = (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        'unable to start container process: exec: "/srv/run": stat /srv/run: no such file or directory: unknown'
    )
    told = cause_of(Terminated(exit_code=128, reason="StartError", message=message), None)
    assert told.sentence == 'it cannot be started: exec: "/srv/run": stat /srv/run: no such file or directory'
    assert told.brief.startswith("exec: ")


def test_a_container_that_waits_for_its_start_tells_it_in_the_waiting_state() -> None:
    told = cause_of(None, None, "RunContainerError", "no such device")
    assert told.sentence == "it cannot be started: no such device"


def test_a_start_error_is_redacted() -> None:
    told = cause_of(Terminated(reason="StartError", message="run --password=hunter2hunter2"), None)
    assert "hunter2" not in told.sentence + told.detail


@pytest.mark.parametrize(
    ("quantity", "size"),
    [("256Mi", 2**28), ("1G", 1e9), (1024, 1024.0), ("1.5Gi", 1.5 * 2**30), ("128974848", 128974848)],
)
def test_quantities(quantity: object, size: float) -> None:
    assert parse_bytes(quantity) == size


def test_memory_in_words() -> None:
    assert [memory(size) for size in (2**28, 1.5 * 2**30, 900, 2**10)] == ["256 MiB", "1.5 GiB", "900 B", "1 KiB"]


@given(st.integers(-(2**31), 2**31), st.one_of(st.none(), st.text()), st.one_of(st.none(), st.integers(-9, 200)))
def test_every_termination_has_a_cause(code: int, reason: str | None, number: int | None) -> None:
    assert cause_of(Terminated(exit_code=code, reason=reason, signal=number), None).sentence
