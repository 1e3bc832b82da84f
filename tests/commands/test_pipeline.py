"""One delivery, one run, two audit records, one answer; whatever goes wrong is told and leaks nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from bot.core.errors import Forbidden, SendLater, StoreError, Unreachable
from bot.core.message import Message, Section
from bot.core.times import Seconds
from commands.model import Answer, Call, Context, Param, Verb
from commands.registry import load_verbs
from commands.settings import CommandSettings
from tests.commands.builders import NOW, pod
from tests.commands.scene import FakeResponder, Scene, buttons
from tests.fakes.reader import FakeReader
from tests.fakes.store import MemoryStore

POD = "api-6d5f7c9b8-x7k2p"
WHERE = (
    Param(name="target", kind="object", summary="what", kinds=("Pod",), default_kind="Pod"),
    Param(name="namespace", kind="namespace", summary="where", flags=("-n",)),
    Param(name="cluster", kind="cluster", summary="where", flags=("--cluster",)),
)


def reader() -> FakeReader:
    made = FakeReader(pod())
    made.logs = {(POD, "app", False): "line\n"}
    return made


class Probe:
    """A verb that counts its runs and does what the test says."""

    def __init__(self, changes: bool = False, **more: Any) -> None:
        self.runs = 0
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None
        self.verb = Verb(name="logs", summary="probe", run=self.run, params=WHERE, changes=changes, **more)

    async def run(self, call: Call, context: Context) -> Answer:
        self.runs += 1
        if self.gate:
            await self.gate.wait()
        if self.error:
            raise self.error
        return Answer(Message("done", (Section("done"),)))

    def scene(self, **more: Any) -> Scene:
        return Scene(reader(), verbs={**load_verbs(), "logs": self.verb}, now=NOW, **more)


async def test_answer_and_two_records_under_one_id() -> None:
    scene = Scene(reader(), now=NOW)
    answer = await scene.ask(f"logs {POD}")
    assert "line" in answer.text
    before, after = await scene.records()
    assert before["id"] == after["id"]
    assert (before["phase"], before["entry"]["decision"], before["entry"]["rule"]) == (
        "decision", "allow", "viewer (bindings[0])",
    )  # fmt: skip
    assert before["entry"]["command"] == f"logs pod/{POD} -n shop --cluster prod"
    assert (before["entry"]["team"], before["entry"]["user"], before["entry"]["channel"]) == ("T1", "U01", "C1")
    assert (after["phase"], after["result"]) == ("outcome", "ok")
    assert "line\n" not in str(after)


async def test_one_delivery_runs_once_also_at_two_replicas() -> None:
    probe, store = Probe(), MemoryStore()
    one, two = probe.scene(store=store), probe.scene(store=store)
    answers = await asyncio.gather(*(scene.ask("logs x", id="same") for scene in (one, two, one)))
    assert probe.runs == 1
    assert sum(len(answer.replies) for answer in answers) == 1


async def test_denied_is_recorded_told_and_not_run() -> None:
    probe = Probe()
    scene = probe.scene()
    answer = await scene.ask("logs x -n payments")
    assert probe.runs == 0
    assert "dana may not use logs on pod/x in namespace payments" in answer.text
    assert "Role viewer covers shop" in answer.text
    assert "Ask @platform" in answer.text
    assert "Decided by: viewer (bindings[0])" in answer.text
    [record] = await scene.records()
    assert (record["entry"]["decision"], record["phase"]) == ("deny", "decision")


async def test_unreadable_command_is_recorded_and_told() -> None:
    scene = Scene()
    answer = await scene.ask("logs api --tial password=hunter2")
    assert "Did you mean --tail?" in answer.text
    assert "Try /k8s help logs" in answer.text
    [record] = await scene.records()
    assert record["entry"]["decision"] == "invalid"
    assert "hunter2" not in str(record)


async def test_progress_is_shown_when_it_takes_long_and_then_replaced() -> None:
    probe = Probe(progress="Reading the log of")
    probe.gate = asyncio.Event()
    shown = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == 1.5
        shown.set()

    scene = probe.scene(sleep=sleep)
    responder = FakeResponder()
    task = asyncio.create_task(scene.ask("logs x", responder=responder))
    await shown.wait()
    while not responder.replies:
        await asyncio.sleep(0)
    assert responder.text == "Reading the log of pod/x in prod / shop: it takes a moment, the answer follows."
    probe.gate.set()
    await task
    assert [replace for _, _, replace in responder.replies] == [False, True]


async def test_time_limit_ends_it_and_says_so() -> None:
    probe = Probe()
    probe.gate = asyncio.Event()
    scene = probe.scene(settings=CommandSettings(namespace="shop", time_limit=Seconds(0.01)))
    answer = await scene.ask("logs x")
    assert "prod did not answer in time" in answer.text
    assert (await scene.records())[-1]["result"] == "failed"


async def test_trouble_after_progress_takes_its_place() -> None:
    probe = Probe()
    probe.gate = asyncio.Event()
    probe.error = Unreachable("gone")

    async def sleep(seconds: float) -> None:
        pass

    scene = probe.scene(sleep=sleep)
    responder = FakeResponder()
    task = asyncio.create_task(scene.ask("logs x", responder=responder))
    while not responder.replies:
        await asyncio.sleep(0)
    probe.gate.set()
    await task
    assert [replace for _, _, replace in responder.replies] == [False, True]


async def test_what_a_guest_typed_is_recorded() -> None:
    scene = Scene(reader(), now=NOW)
    await scene.ask("logs x\n-n payments", "U09")
    [record] = await scene.records()
    assert record["entry"]["decision"] == "deny"
    assert record["entry"]["command"] == "logs x -n payments"


async def test_one_person_cannot_take_all() -> None:
    probe = Probe()
    probe.gate = asyncio.Event()
    scene = probe.scene(settings=CommandSettings(namespace="shop", per_person=2, at_once=3))
    running = [asyncio.create_task(scene.ask("logs x")) for _ in range(2)]
    while probe.runs < 2:
        await asyncio.sleep(0)
    assert "2 commands of yours still run" in (await scene.ask("logs x")).text
    probe.gate.set()
    await asyncio.gather(*running)
    assert "done" in (await scene.ask("logs x")).text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unreachable("no answer in 10 s."), "prod's API server does not answer"),
        (Forbidden("pods is forbidden", status=403), "Watchkeeper itself may not do this in prod"),
        (TimeoutError(), "did not answer in time"),
    ],
)
async def test_trouble_of_the_cluster_is_told(error: Exception, told: str) -> None:
    probe = Probe()
    probe.error = error
    answer = await probe.scene().ask("logs x")
    assert told in answer.text
    assert answer.replies[-1][1] is False


async def test_unexpected_error_tells_the_audit_id_and_no_details(caplog: pytest.LogCaptureFixture) -> None:
    probe = Probe()
    probe.error = ValueError("token=abc123 in /srv/x.py")
    scene = probe.scene()
    with caplog.at_level(logging.ERROR):
        answer = await scene.ask("logs x")
    before, after = await scene.records()
    assert before["id"] in answer.text
    assert "abc123" not in answer.text
    assert "/srv" not in answer.text
    assert after["detail"] == "ValueError"
    assert "command failed" in caplog.text


async def test_unknown_person_is_refused_while_slack_is_silent() -> None:
    probe = Probe()
    scene = probe.scene()
    scene.people.error = SendLater("ratelimited")
    assert "Slack does not say who you are" in (await scene.ask("logs x")).text
    assert probe.runs == 0


class DeadStore(MemoryStore):
    async def put(self, key: str, value: bytes, *, expect: int = -1, ttl: float | None = None) -> int:
        raise StoreError("no answer")


async def test_dead_store_refuses_changes_and_lets_reads_go_on(caplog: pytest.LogCaptureFixture) -> None:
    probe = Probe()
    answer = await probe.scene(store=DeadStore()).ask("logs x")
    assert "done" in answer.text
    assert "could not be recorded" in answer.text
    assert not buttons(answer.last)
    change = Probe(changes=True)
    answer = await change.scene(store=DeadStore()).ask("logs x")
    assert change.runs == 0
    assert "Not done" in answer.text


async def test_a_change_that_could_run_twice_does_not_run() -> None:
    class Unclaimed(MemoryStore):
        async def put(self, key: str, value: bytes, *, expect: int = -1, ttl: float | None = None) -> int:
            if key.startswith("delivery/"):
                raise StoreError("no answer")
            return await super().put(key, value, expect=expect, ttl=ttl)

    change = Probe(changes=True)
    answer = await change.scene(store=Unclaimed()).ask("logs x")
    assert change.runs == 0
    assert "it could run twice" in answer.text


async def test_a_change_needs_its_record_and_reads_the_person_again() -> None:
    class BrokenSink:
        async def append(self, records: object) -> None:
            from bot.core.errors import AuditError

            raise AuditError("disk full")

    change = Probe(changes=True)
    scene = change.scene()
    await scene.ask("logs x")
    assert (change.runs, scene.people.fresh) == (1, 1)
    answer = await change.scene(sinks=[BrokenSink()]).ask("logs x")
    assert change.runs == 1
    assert "the audit log cannot be written" in answer.text


async def test_share_shows_the_answer_to_the_channel_with_who_asked() -> None:
    scene = Scene(reader(), now=NOW)
    answer = await scene.ask(f"logs {POD}")
    command, button_id = buttons(answer.last)["Share here"]
    assert command == f"logs pod/{POD} -n shop --cluster prod --container app --current --share"
    shared = await scene.ask("", source="button", button=button_id)
    message, public, _ = shared.replies[-1]
    assert public
    assert "@U01 asked /k8s logs" in shared.text
    assert "Share here" not in buttons(message)
    off = Scene(reader(), now=NOW, settings=CommandSettings(namespace="shop", share=False))
    assert "not shown to channels" in (await off.ask(f"logs {POD} --share")).text


async def test_button_is_evaluated_for_who_presses_it_and_expires() -> None:
    scene = Scene(reader(), now=NOW)
    _, button_id = buttons((await scene.ask(f"logs {POD}")).last)["Share here"]
    assert "vera may not use logs" in (await scene.ask("", "U02", source="button", button=button_id)).text
    scene.now += 31 * 86400
    assert "button has expired" in (await scene.ask("", source="button", button=button_id)).text
    assert "button has expired" in (await scene.ask("", source="button", button="forged")).text


async def test_interruption_is_recorded() -> None:
    probe = Probe()
    probe.gate = asyncio.Event()
    scene = probe.scene()
    task = asyncio.create_task(scene.ask("logs x"))
    while not probe.runs:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await scene.records())[-1]["result"] == "interrupted"


async def test_reply_that_slack_refuses_is_logged_and_does_not_raise(caplog: pytest.LogCaptureFixture) -> None:
    responder = FakeResponder()
    responder.fails = True
    await Scene(reader(), now=NOW).ask("help", responder=responder)
    assert "answer not delivered" in caplog.text
