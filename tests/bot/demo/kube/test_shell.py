"""The scripts of the test manifests, read as a shell would."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.demo.kube.programs import Run, Start
from bot.demo.kube.shell import busybox


def run(script: str, **container: Any) -> Run:
    one = {"name": "app", "command": ["sh", "-c", script], **container}
    return busybox(Start({}, one, 0, 0.0, random.Random(1)))


@pytest.mark.parametrize(
    ("script", "exits", "code", "texts"),
    [
        ("echo one; sleep 2; echo 'two words' >&2; exit 3", 2.02, 3, ["one", "two words"]),
        ("exit 0", 0.02, 0, []),
        ("echo on; exec sleep 1000000", None, 0, ["on"]),
        ("echo hi > /tmp/index.html; exec httpd -f -h /tmp -p 8080", None, 0, []),
    ],
)
def test_scripts(script: str, exits: float | None, code: int, texts: list[str]) -> None:
    found = run(script)
    assert found.exits == pytest.approx(exits) if exits else found.exits is None
    assert (found.code, [text for _, text in found.lines]) == (code, texts)


def test_growth_is_ended_by_the_memory_limit() -> None:
    limit = {"limits": {"memory": "16Mi"}}
    found = run("echo filling; x=aa; while true; do x=$x$x; done", resources=limit)
    assert (found.reason, found.code) == ("OOMKilled", 137)


def test_a_command_that_is_not_there() -> None:
    assert "executable file not found" in run("", command=["nosuchbinary"]).start_error
