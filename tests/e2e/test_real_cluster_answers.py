"""What /k8s logs and /k8s describe say of a crashed container is what kubectl says; and the bot only ever reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.demo.slack.server import SlackDouble
from tests.cluster import manifests
from tests.cluster.audit import WRITES, AuditLog
from tests.cluster.client import Json
from tests.e2e.real import Developer
from tests.e2e.stage import ALERTS, bot, configure, roots, shown, until

pytestmark = pytest.mark.cluster
NUMBERED = "echo run $(cat /proc/sys/kernel/random/uuid)"  # no two runs of a container write the same lines


LIMIT = "memory=16Mi"
PROBE_PRINTED = "Liveness: http-get http://:8080/healthz delay=0s timeout=1s period=1s #success=1 #failure=2"
PROBE_TOLD = "GET http://:8080/healthz, delay 0 s, timeout 1 s, every 1 s, fails after 2"


class Case(NamedTuple):
    broken: Json
    container: str
    exit_code: int
    reason: str

    @property
    def name(self) -> str:
        return str(self.broken["metadata"]["name"])


def numbered(broken: Json) -> Json:
    """Every container that fails says first which run it is."""
    spec = broken["spec"]["template"]["spec"]
    for one in (*spec["containers"], *spec.get("initContainers", [])):
        one["command"][2] = f"{NUMBERED}; {one['command'][2]}"
    return broken


CASES = (
    Case(numbered(manifests.exits("checkout")), "app", 1, "Error"),
    Case(numbered(manifests.out_of_memory("search")), "app", 137, "OOMKilled"),
    Case(numbered(manifests.fails_liveness("cart")), "app", 137, "Error"),
    Case(numbered(manifests.init_fails("ledger")), "migrate", 3, "Error"),
    Case(numbered(manifests.sidecar_crashes("gateway")), "proxy", 2, "Error"),
)


async def ask(slack: SlackDouble, command: str) -> Json:
    """What one person alone sees on a slash command: the one answer, in its last form."""
    seen = (await slack.act("vera", channel=ALERTS, command=command, wait=10))["seen"]
    answers: list[Json] = [message for message in seen if message.get("ephemeral")]
    assert len(answers) == 1, seen
    return answers[0]


def preformatted(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("type") == "rich_text_preformatted":
            yield "".join(element["text"] for element in part["elements"])
        for value in part.values():
            yield from preformatted(value)
    elif isinstance(part, list):
        for each in part:
            yield from preformatted(each)


async def crashed(slack: SlackDouble, real: Developer) -> None:
    await real.apply(*(case.broken for case in CASES))
    for case in CASES:
        await until(lambda case=case: roots(slack, f"deploy/{case.name}"), 60, f"{case.name} is told")  # type: ignore[misc]


async def kubectl_log(real: Developer, pod: str, container: str, *, previous: bool) -> str:
    which = ["--previous"] if previous else []
    return (await real.kubectl("logs", pod, "-c", container, "--tail=100", *which)).rstrip("\n")


async def same_log(slack: SlackDouble, real: Developer, case: Case) -> str:
    """Why the answer differs from kubectl's; empty when it is the same. After a restart in between, ask again."""
    pod = (await real.pods(case.name))[0]["metadata"]["name"]
    answer = await ask(slack, f"/k8s logs deploy/{case.name} -n {real.namespace}")
    text = shown(answer)
    if case.container not in text or pod not in text:
        return text
    told = await kubectl_log(real, pod, case.container, previous="log before the last restart" in text)
    (lines,) = preformatted(answer["blocks"])
    return "" if lines == told else f"{text}\n--- kubectl says:\n{told}"


async def test_logs_are_the_lines_that_kubectl_prints(tmp_path: Path, slack: SlackDouble, real: Developer) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await crashed(slack, real)
        for case in CASES:
            for _ in range(4):
                different = await same_log(slack, real, case)
                if not different:
                    break
            assert not different


async def test_describe_says_what_kubectl_says(tmp_path: Path, slack: SlackDouble, real: Developer) -> None:
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        await crashed(slack, real)
        for case in CASES:
            pod = (await real.pods(case.name))[0]["metadata"]["name"]
            text = shown(await ask(slack, f"/k8s describe pod/{pod} -n {real.namespace}"))
            printed = re.sub(r" +", " ", await real.kubectl("describe", "pod", pod))
            for kubectl, ours in (
                (f"Exit Code: {case.exit_code}\n", f"exit code {case.exit_code}"),
                (f"Reason: {case.reason}\n", "" if case.reason == "Error" else case.reason),
                ("Node: node-1/", "node-1"),
                (f"Controlled By: ReplicaSet/{pod.rpartition('-')[0]}\n", f"ReplicaSet/{pod.rpartition('-')[0]}"),
                ("Limits:\n memory: 16Mi\n" if case.name == "search" else "", LIMIT if case.name == "search" else ""),
                (PROBE_PRINTED if case.name == "cart" else "", PROBE_TOLD if case.name == "cart" else ""),
            ):
                assert kubectl in printed, f"{case.name}: kubectl does not say {kubectl!r}:\n{printed}"
                assert ours in text, f"{case.name}: no {ours!r} in:\n{text}"
            workload = shown(await ask(slack, f"/k8s describe deploy/{case.name} -n {real.namespace}"))
            assert case.container in workload
            assert pod in workload


async def test_the_bot_only_reads_and_says_who_it_is(
    tmp_path: Path, slack: SlackDouble, real: Developer, audit: AuditLog
) -> None:
    """From the start check to the evidence and the answers, with the very rights that it asks for."""
    async with bot(configure(tmp_path, slack, real.kubeconfig)):
        case = CASES[1]  # memory usage is read for this one, too
        await real.apply(case.broken)
        await until(lambda: roots(slack, "OOMKilled at its 16 MiB limit"), 60, "the crash is told with its evidence")
        for command in ("logs", "describe"):
            await ask(slack, f"/k8s {command} deploy/{case.name} -n {real.namespace}")
    asked = audit.entries(user=f"system:serviceaccount:{real.namespace}:watchkeeper")
    assert {"pods", "deployments", "replicasets", "nodes", "events"} <= {about(one) for one in asked}
    assert {one["objectRef"].get("subresource") for one in asked if about(one) == "pods"} >= {"log", None}
    assert [one["userAgent"] for one in asked if not one["userAgent"].startswith("watchkeeper/")] == []
    written = {(one["verb"], about(one)) for one in asked if one["verb"] in WRITES}
    assert written == {("create", "selfsubjectaccessreviews")}
    assert [one["requestURI"] for one in asked if about(one) == "secrets"] == []
    assert [one["requestURI"] for one in asked if one["responseStatus"]["code"] in (401, 403)] == []


def about(entry: Json) -> str:
    return str(entry.get("objectRef", {}).get("resource", ""))
