"""Five ways to crash on a real kubelet: one message each, with the cause and the container's own lines, and its end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.demo.slack.server import SlackDouble
from tests.cluster import manifests
from tests.e2e.real import Developer
from tests.e2e.stage import bot, configure, replies, roots, shown, until

pytestmark = pytest.mark.cluster
PROMISED = 5.0  # seconds from the first restart to the message


class Case(NamedTuple):
    """A workload that fails, what its message must say, and how its detail says that it is known."""

    broken: dict[str, Any]
    cause: str
    line: str
    container: str
    known_by: str

    @property
    def name(self) -> str:
        return str(self.broken["metadata"]["name"])


REFUSED = "killed by its liveness probe: Get "
CASES = (
    Case(
        manifests.exits("checkout"),
        "exited with code 1 (a general error)",
        manifests.LAST_WORDS,
        "container app",
        "exit code, 1",
    ),
    Case(
        manifests.out_of_memory("search"),
        "OOMKilled at its 16 MiB limit",
        "filling the cache",
        "container app",
        "termination reason, OOMKilled",
    ),
    Case(
        manifests.fails_liveness("cart"),
        REFUSED,
        "serving nobody",
        "container app",
        "container app failed liveness probe",
    ),
    Case(
        manifests.init_fails("ledger"),
        "exited with code 3",
        "migration 0042 failed",
        "init container migrate",
        "exit code, 3",
    ),
    Case(
        manifests.sidecar_crashes("gateway"),
        "exited with code 2",
        "proxy: bad config",
        "sidecar proxy",
        "exit code, 2",
    ),
)


async def told(slack: SlackDouble, case: Case) -> dict[str, Any]:
    """The message of this case, once all its evidence is in it."""
    wanted = (case.cause, case.line, case.container)
    await until(lambda: roots(slack, case.name), 60, f"{case.name} is told")
    await until(
        lambda: all(word in shown(roots(slack, case.name)[0]) for word in wanted),
        8,
        f"{case.name} says {wanted}: {[shown(root) for root in roots(slack, case.name)]}",
    )
    return roots(slack, case.name)[0]


def is_in_time(real: Developer, case: Case, message: dict[str, Any]) -> None:
    late = float(message["ts"]) - real.restarts.first[case.name]
    assert late < PROMISED, f"{case.name} was told {late:.1f} s after its first restart"


async def is_told_whole(slack: SlackDouble, real: Developer, case: Case) -> None:
    """One message in plain words and not in Kubernetes' symptoms; its thread begins with the details."""
    (message,) = roots(slack, case.name)
    text = shown(message)
    assert f"prod / {real.namespace}" in text
    assert f"deploy/{case.name}" in text
    assert "CrashLoopBackOff" not in text
    assert "may not read" not in text
    assert len(message["text"]) <= 120
    await until(lambda: replies(slack, message), 5, "the details are in the thread")
    details = shown(replies(slack, message)[0])
    assert case.known_by in details
    assert f"deploy/{case.name}" in details


async def recovers(slack: SlackDouble, case: Case) -> None:
    await until(lambda: "recovered" in shown(roots(slack, case.name)[0]), 60, f"{case.name} recovered")
    await asyncio.sleep(0.5)
    thread = [shown(reply) for reply in replies(slack, roots(slack, case.name)[0])]
    assert len(thread) == 2, thread
    assert sum("recovered" in line for line in thread) == 1, thread


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_crash_is_one_message_in_time_and_one_recovery(
    case: Case, tmp_path: Path, slack: SlackDouble, real: Developer
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await real.apply(case.broken)
        is_in_time(real, case, await told(slack, case))
        await is_told_whole(slack, real, case)
        await real.apply(manifests.healthy(case.name))
        await recovers(slack, case)
        assert len(roots(slack)) == 1


async def test_all_five_at_once_are_five_messages_that_do_not_mix(
    tmp_path: Path, slack: SlackDouble, real: Developer
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await real.apply(*(case.broken for case in CASES))
        for case in CASES:
            is_in_time(real, case, await told(slack, case))
        assert len(roots(slack)) == len(CASES)
        for case in CASES:
            await is_told_whole(slack, real, case)
            text = shown(roots(slack, case.name)[0])
            others = [other for other in CASES if other is not case]
            assert not [other.name for other in others if other.line in text or f"deploy/{other.name}" in text]
        await real.apply(*(manifests.healthy(case.name) for case in CASES))
        for case in CASES:
            await recovers(slack, case)
        assert len(roots(slack)) == len(CASES)


async def test_a_command_that_is_not_there_is_one_message_in_the_runtimes_words(
    tmp_path: Path, slack: SlackDouble, real: Developer
) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await real.apply(manifests.program_missing("typo"))
        words = 'typo cannot start: exec: "no-such-program": executable file not found in $PATH'
        (message,) = await until(lambda: roots(slack, words), 60, "the start error is told")
        assert float(message["ts"]) - real.restarts.first["typo"] < PROMISED
        await asyncio.sleep(12)  # it goes through RunContainerError, StartError and CrashLoopBackOff meanwhile
        (message,) = roots(slack)
        assert "no log: the container never started" in shown(message).lower()
        assert "CrashLoopBackOff" not in shown(message)
        await real.apply(manifests.healthy("typo"))
        await until(lambda: "recovered" in shown(roots(slack)[0]), 60, "its recovery is told")
        assert len(roots(slack)) == 1
        await until(lambda: len(replies(slack, roots(slack)[0])) == 2, 5, "details and recovery are in the thread")
