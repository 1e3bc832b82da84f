"""Clusters in trouble: what one of them suffers hurts no other, is told once, and hides nothing that happened in it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.config import Loaded, load
from bot.demo.kube.clock import Agenda
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import CONFIG, bot, configure, replies, roots, shown, tokens, until, write_kubeconfig
from tests.e2e.workloads import CRASH, FINE, Developer, deployment

pytestmark = pytest.mark.slow

IMPATIENT = """\
watch:
  unreachable_after: 2s
  probe_every: 500ms
  probe_timeout: 1s
  request_timeout: 2s
  backoff_max: 1s
  forbidden_wait: 1s
"""


def configure_two(folder: Path, slack: SlackDouble, prod: KubeDouble, stage: KubeDouble) -> Loaded:
    text = CONFIG.replace("    kubeconfig: {kubeconfig}\n", "    kubeconfig: {kubeconfig}\n  - {second}\n")
    second = folder / "second"
    second.write_text(json.dumps(stage.kubeconfig()), encoding="utf-8")
    path = folder / "watchkeeper.yaml"
    filled = text.format(
        kubeconfig=write_kubeconfig(folder, prod),
        second=f"{{name: stage, kubeconfig: {second}}}",
        api_url=slack.api_url,
        folder=folder,
    )
    path.write_text(filled + IMPATIENT, encoding="utf-8")
    return load(str(path), tokens(slack))


async def down(kube: KubeDouble) -> None:
    await kube.go_down()


async def slow(kube: KubeDouble) -> None:
    kube.faults.slow = 5.0
    kube.faults.break_watches()


async def half_open(kube: KubeDouble) -> None:
    kube.faults.half_open = True
    kube.faults.break_watches()


async def storm(kube: KubeDouble) -> None:
    kube.faults.refuse(429, times=100_000, retry_after=1)
    kube.faults.break_watches()


async def broken(kube: KubeDouble) -> None:
    kube.faults.refuse(500, times=100_000)
    kube.faults.break_watches()


async def revoked(kube: KubeDouble) -> None:
    kube.access.tokens = {"another"}
    kube.faults.break_watches()


async def mend(kube: KubeDouble, trouble: Callable[[KubeDouble], Awaitable[None]]) -> None:
    kube.faults.slow, kube.faults.half_open = 0.0, False
    kube.faults._refusals.clear()
    kube.access.tokens = {kube.token}
    if trouble is down:
        await kube.come_up()


@pytest.mark.parametrize("trouble", [down, slow, half_open, storm, broken, revoked])
async def test_one_cluster_in_trouble_hurts_no_other_and_is_told_once(
    tmp_path: Path,
    slack: SlackDouble,
    kube: KubeDouble,
    developer: Developer,
    trouble: Callable[[KubeDouble], Awaitable[None]],
) -> None:
    async with KubeDouble(Bare(longest_backoff=2.0)) as stage, Developer(stage) as other:
        loaded = configure_two(tmp_path, slack, kube, stage)
        async with bot(loaded):
            await developer.create("before", CRASH)
            await until(lambda: roots(slack, "before"), 8, "the crash is told")
            await trouble(kube)
            away = (await until(lambda: roots(slack, "cannot be watched"), 15, "prod is told as unknown"))[0]
            assert "prod" in shown(away)
            began = time.monotonic()
            await other.create("elsewhere", CRASH)
            await until(lambda: roots(slack, "elsewhere"), 8, "the other cluster's crash is told in time")
            assert time.monotonic() - began < 6
            await asyncio.sleep(9)  # longer than the quiet period: what is not seen has not recovered
            assert "recovered" not in shown(roots(slack, "before")[0])
            assert len(roots(slack, "cannot be watched")) == 1
            await mend(kube, trouble)
            await until(lambda: roots(slack, "is watched again"), 25, "its return is told in the same message")
            assert len(roots(slack)) == 3


async def test_after_an_outage_exactly_what_happened_meanwhile_is_told(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    loaded = configure(tmp_path, slack, write_kubeconfig(tmp_path, kube), more=IMPATIENT)
    async with bot(loaded):
        await developer.create("mended", CRASH)
        await developer.create("removed", CRASH)
        await developer.create("steady", FINE, replicas=2)
        await developer.create("later", FINE)
        await until(lambda: roots(slack, "mended") and roots(slack, "removed"), 8, "both crashes are told")
        await asyncio.sleep(1)
        kube.faults.refuse(500, r"GET /", times=100_000)
        kube.faults.break_watches()
        await until(lambda: roots(slack, "cannot be watched"), 15, "the outage is told")
        await developer.change_script("mended", FINE)
        await developer.change_script("later", CRASH)
        await developer.delete("removed")
        await developer.change_script("steady", FINE + "; true")
        await asyncio.sleep(8)
        kube.faults._refusals.clear()
        await until(lambda: roots(slack, "later"), 15, "what broke meanwhile is told")
        await until(lambda: "recovered" in shown(roots(slack, "mended")[0]), 25, "what was mended has recovered")
        await until(lambda: "deleted" in shown(roots(slack, "removed")[0]), 25, "what was removed is closed")
        assert "recovered" not in shown(roots(slack, "removed")[0])
        assert roots(slack, "steady") == []
        assert len(roots(slack)) == 4


async def test_a_restart_of_the_bot_during_an_outage(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with KubeDouble(Bare(longest_backoff=2.0)) as stage, Developer(stage) as other:
        loaded = configure_two(tmp_path, slack, kube, stage)
        async with bot(loaded):
            await developer.create("before", CRASH)
            await developer.create("later", FINE)
            await until(lambda: roots(slack, "before"), 8, "the crash is told")
            kube.faults.refuse(500, r"GET /", times=100_000)
            kube.faults.break_watches()
            await until(lambda: roots(slack, "cannot be watched"), 15, "the outage is told")
        await developer.change_script("later", CRASH)
        async with bot(loaded):
            await other.create("elsewhere", CRASH)
            await until(lambda: roots(slack, "elsewhere"), 8, "the other cluster is watched")
            await asyncio.sleep(5)
            assert len(roots(slack, "cannot be watched")) == 1
            kube.faults._refusals.clear()
            await until(lambda: roots(slack, "later"), 15, "what broke meanwhile is told")
            await until(lambda: roots(slack, "is watched again"), 25, "the outage's message says that it is over")
            await asyncio.sleep(2)
            assert "recovered" not in shown(roots(slack, "before")[0])
            assert len(roots(slack)) == 4


@pytest.mark.parametrize("skew", [-300.0, 300.0])
async def test_a_clock_five_minutes_off_makes_no_age_negative_and_recovers_all_the_same(
    tmp_path: Path, slack: SlackDouble, skew: float
) -> None:
    clock = Agenda(start=time.time() + skew)
    async with KubeDouble(Bare(longest_backoff=2.0), clock) as kube, Developer(kube) as developer:
        loaded = configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))
        async with bot(loaded):
            await developer.create("checkout", CRASH)
            root = (await until(lambda: roots(slack, "checkout"), 8, "the crash is told"))[0]
            assert "-" not in [word[0] for word in shown(root).split() if word[1:2].isdigit()], shown(root)
            await developer.change_script("checkout", FINE)
            await until(lambda: "recovered" in shown(roots(slack)[0]), 30, "its recovery is told")
            assert "-" not in [word[0] for word in shown(roots(slack)[0]).split() if word[1:2].isdigit()]


async def test_two_containers_of_one_pod_are_both_told(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        body = deployment("pair", "echo first fault; sleep 0.3; exit 3")
        second = {"name": "second", "image": "test.local/busybox:1"}
        second["command"] = ["sh", "-c", "echo second fault; sleep 0.6; exit 7"]  # type: ignore[assignment]
        body["spec"]["template"]["spec"]["containers"].append(second)
        await developer.call("POST", developer.path(), body)
        root = (await until(lambda: roots(slack, "pair"), 8, "the crash is told"))[0]

        def story() -> str:
            return shown(roots(slack, "pair")[0]) + "\n".join(shown(one) for one in replies(slack, root))

        await until(lambda: "code 3" in story() and "code 7" in story(), 12, "both causes are told")
        await until(lambda: "first fault" in story() and "second fault" in story(), 8, "with the lines of both")
        assert len(roots(slack)) == 1


async def test_a_stateful_pod_made_anew_under_its_name(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    body = {**deployment("db", CRASH), "kind": "StatefulSet"}
    body["spec"]["serviceName"] = "db"
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        await developer.call("POST", "/apis/apps/v1/namespaces/shop/statefulsets", body)
        await until(lambda: roots(slack, "db"), 8, "the crash is told")
        for _ in range(2):
            await developer.call("DELETE", "/api/v1/namespaces/shop/pods/db-0")
            await asyncio.sleep(5)
        assert len(roots(slack)) == 1
        assert "recovered" not in shown(roots(slack)[0])
        fine = {"name": "app", "command": ["sh", "-c", FINE]}
        change = {"spec": {"template": {"spec": {"containers": [fine]}}}}
        path = "/apis/apps/v1/namespaces/shop/statefulsets/db"
        await developer.call("PATCH", path, change, "application/strategic-merge-patch+json")
        # A pod that never becomes ready holds up a StatefulSet's rolling update: somebody has to delete it.
        await developer.call("DELETE", "/api/v1/namespaces/shop/pods/db-0")
        await until(lambda: "recovered" in shown(roots(slack)[0]), 40, "its recovery is told")
        assert len(roots(slack)) == 1


async def test_one_crash_among_many_rolling_updates(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        names = [f"web-{n}" for n in range(6)]
        for name in names:
            await developer.create(name, FINE, replicas=2)
        for turn in range(3):
            for name in names:
                await developer.change_script(name, FINE + f"; true {turn}")
            if turn == 1:
                await developer.create("bad", CRASH)
            await asyncio.sleep(1.5)
        await until(lambda: roots(slack, "bad"), 8, "the crash is told")
        await asyncio.sleep(3)
        assert len(roots(slack)) == 1


HEBREW = "\u05e9\u05dc\u05d5\u05dd"
NASTY = f"<!channel> <@U0DANA> *bold* `tick` ``` & <http://evil.example|click> \u202eabc {HEBREW} \x1b[31mred"


def marked_up(part: Any) -> list[str]:
    """Every text of a message that Slack would read as markup."""
    if isinstance(part, dict):
        own = [str(part["text"])] if part.get("type") == "mrkdwn" else []
        return own + [text for value in part.values() for text in marked_up(value)]
    if isinstance(part, list):
        return [text for each in part for text in marked_up(each)]
    return []


async def test_a_huge_pod_and_nasty_lines(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    async with bot(configure(tmp_path, slack, write_kubeconfig(tmp_path, kube))):
        body = deployment("huge", f"echo '{NASTY}'; sleep 0.3; exit 1")
        body["spec"]["replicas"] = 0
        await developer.call("POST", developer.path(), body)
        for name in ("BLOB", "SECOND_BLOB"):
            container = {"name": "app", "env": [{"name": name, "value": "x" * 700_000}]}
            await developer.patch("huge", {"spec": {"template": {"spec": {"containers": [container]}}}})
        await developer.scale("huge", 1)
        root = (await until(lambda: roots(slack, "huge"), 10, "the crash is told"))[0]
        await until(lambda: replies(slack, root), 8, "its detail is told")
        everything = [roots(slack)[0], *replies(slack, root)]
        assert any("<!channel> <@U0DANA> *bold* `tick` ```" in shown(one) for one in everything)
        assert any(HEBREW in shown(one) for one in everything)
        for one in everything:
            assert "\u202e" not in shown(one)
            assert "\x1b" not in shown(one)
            for text in [str(one["text"]), *marked_up(one.get("blocks"))]:
                assert "<!channel" not in text
                assert "<@U0DANA" not in text
                assert "<http" not in text
