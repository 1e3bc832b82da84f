"""``/k8s logs``: the right pod and log, said why, redacted, within a message; the rest as a file."""

from __future__ import annotations

import pytest

from bot.core.errors import SendNever
from bot.core.message import Pre
from tests.commands.builders import NOW, container, crashing, pod, replica_set, status, terminated, waiting, workload
from tests.commands.scene import FakeResponder, Scene, buttons, shown
from tests.fakes.reader import FakeReader

POD = "api-6d5f7c9b8-x7k2p"


def scene(*objects: dict[str, object], **logs: str) -> tuple[Scene, FakeReader]:
    """``current`` and ``previous`` are the logs of the pod's container app."""
    reader = FakeReader(*objects)
    reader.logs = {(POD, "app", name == "previous"): text for name, text in logs.items()}
    return Scene(reader, now=NOW), reader


def pre(responder: FakeResponder) -> str:
    return next((part.text for part in responder.last.parts if isinstance(part, Pre)), "")


async def test_a_pods_log() -> None:
    stage, reader = scene(pod(), current="one\ntwo\n")
    answer = await stage.ask(f"logs {POD}")
    assert pre(answer) == "one\ntwo"
    assert f"{POD} · container app · log, last 2 lines" in answer.text
    assert answer.last.text == f"prod / shop / {POD} app: log, 2 lines"
    assert ("log", "shop", POD, "app", False, None, 100) in reader.calls
    assert not answer.files
    assert answer.replies[-1][1:] == (False, False)


async def test_flags_reach_the_reader() -> None:
    stage, reader = scene(pod(), previous="old\n")
    answer = await stage.ask(f"logs {POD} -c app --previous --since 10m --tail 7")
    assert ("log", "shop", POD, "app", True, 600, 7) in reader.calls
    assert "log before the last restart" in answer.text


async def test_of_a_workload_the_pod_in_trouble_and_its_crash() -> None:
    stage, _ = scene(workload(), replica_set(), pod("api-6d5f7c9b8-aaaaa"), pod(POD, crashing()), previous="boom\n")
    answer = await stage.ask("logs deploy/api -n shop")
    assert pre(answer) == "boom"
    assert "chosen: OOMKilled 30 s ago, 14 restarts (CrashLoopBackOff) (the worst of 2)" in answer.text
    assert "the log before the crash: the container is waiting (CrashLoopBackOff)" in answer.text
    assert buttons(answer.last)["Current log"][0] == f"logs pod/{POD} -n shop --cluster prod --container app --current"
    # What is shared is what was seen, whichever pod is the worst by then.
    shared = buttons(answer.last)["Share here"][0]
    assert shared == f"logs pod/{POD} -n shop --cluster prod --container app --previous --share"


async def test_pods_that_only_share_labels_are_not_the_workloads() -> None:
    stage, _ = scene(workload(), replica_set(), pod(POD), pod("other", crashing(), owner="foreign"), current="mine\n")
    assert pre(await stage.ask("logs deploy/api")) == "mine"


async def test_while_terminated_the_current_log_holds_the_crash_also_when_previous_is_asked() -> None:
    dead = status("app", terminated(1), terminated(1), restarts=2, ready=False)
    stage, _ = scene(pod(POD, dead), current="boom\n")
    assert pre(await stage.ask(f"logs {POD}")) == "boom"
    answer = await stage.ask(f"logs {POD} --previous")
    assert pre(answer) == "boom"
    assert "has just ended, its log is the current one" in answer.text


async def test_previous_that_was_our_choice_and_is_gone_falls_back() -> None:
    stage, _ = scene(pod(POD, crashing()), current="all there is\n")
    answer = await stage.ask(f"logs {POD}")
    assert pre(answer) == "all there is"
    assert "no earlier log is kept" in answer.text


async def test_a_crash_button_whose_log_is_not_kept_any_more_shows_the_current_one() -> None:
    stage, _ = scene(pod(POD, crashing()), current="all there is\n")
    answer = await stage.ask(f"logs {POD} --previous")
    assert pre(answer) == "all there is"
    assert "no earlier log is kept: this is the current one" in answer.text
    assert f"{POD} · container app · log, last 1 line" in answer.text


async def test_a_container_that_has_not_written_yet_shows_the_log_before_its_restart() -> None:
    stage, _ = scene(pod(POD, crashing()), previous="boom\n")
    answer = await stage.ask(f"logs {POD} --current")
    assert pre(answer) == "boom"
    assert "no newer log yet: this is the one before the restart" in answer.text


async def test_a_runtime_that_says_in_the_log_that_there_is_none_is_understood() -> None:
    stage, _ = scene(pod(POD, crashing()), current="now\n", previous="unable to retrieve container logs for cri://1\n")
    answer = await stage.ask(f"logs {POD}")
    assert pre(answer) == "now"


async def test_no_log_is_said_with_what_it_waits_for() -> None:
    stuck = status("app", waiting("CreateContainerConfigError", 'secret "db" not found'), ready=False)
    stage, _ = scene(pod(POD, stuck))
    answer = await stage.ask(f"logs {POD}")
    assert f"No log of {POD}" in answer.text
    assert 'CreateContainerConfigError: secret "db" not found' in answer.text
    assert (await stage.records())[-1]["detail"] == f"no log of {POD} app"


async def test_previous_that_never_was_is_said() -> None:
    stage, _ = scene(pod(), current="x")
    assert "previous terminated container" in (await stage.ask(f"logs {POD} --previous")).text


async def test_grep_is_plain_and_ignores_case() -> None:
    stage, _ = scene(pod(), current="".join(f"{i} GET /a.b\n{i} get /axb\n" for i in range(300)))
    answer = await stage.ask(f"logs {POD} --grep 'Get /a.b' --tail 5")
    assert pre(answer).splitlines() == [f"{i} GET /a.b" for i in range(295, 300)]
    assert "300 of 600 lines contain 'Get /a.b'" in answer.text
    assert "Nothing: no line matches." in (await stage.ask(f"logs {POD} --grep zzz")).text


async def test_secrets_are_taken_out_before_the_search() -> None:
    stage, _ = scene(pod(), current="start\npassword=hunter2 ok\n\x1b[31mred\x1b[0m\u202e\n")
    assert pre(await stage.ask(f"logs {POD}")) == "start\npassword=[redacted] ok\nred"
    guess = await stage.ask(f"logs {POD} --grep hunter2")
    assert "0 of 3 lines" in guess.text


async def test_long_log_is_a_file_and_its_end_in_the_message() -> None:
    stage, _ = scene(pod(), current="".join(f"line {i} {'x' * 60}\n" for i in range(400)))
    answer = await stage.ask(f"logs {POD} --tail 400")
    [(name, content)] = answer.files
    assert name == f"{POD}-app.log"
    assert content.count(b"\n") == 400
    assert pre(answer).endswith("line 399 " + "x" * 60)
    assert pre(answer).startswith("line ")
    assert len(pre(answer)) <= 2800
    assert "all 400 in a file, sent to dana alone" in answer.text
    assert "1000 lines" in buttons(answer.last)


async def test_containers_are_named_and_an_unknown_one_is_told() -> None:
    two = pod(POD, status("app"), crashing("worker"), containers=[container("app"), container("worker")])
    stage, reader = scene(two, current="x\n")
    reader.logs[POD, "worker", True] = "w\n"
    answer = await stage.ask(f"logs {POD}")
    assert pre(answer) == "w"
    assert "other containers: app" in answer.text
    assert "There are: app, worker" in (await stage.ask(f"logs {POD} -c nope")).text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("logs nope", "there is no pod/nope in prod / shop"),
        ("logs deploy/api", "deploy/api has no pods"),
        (f"logs {POD} --previous --current", "exclude each other"),
    ],
)
async def test_what_is_not_there_is_told(text: str, told: str) -> None:
    stage, _ = scene(workload(), pod(owner="foreign"), current="x")
    assert told in (await stage.ask(text)).text


async def test_a_log_longer_than_is_read_says_so_and_a_tail_does_not() -> None:
    stage, reader = scene(pod(), current="x\n" * 300)
    assert "megabyte" not in (await stage.ask(f"logs {POD}")).text
    reader.cut = True
    assert "only its newest part was read" in (await stage.ask(f"logs {POD} --grep x")).text


async def test_a_file_that_slack_refuses_is_told_beside_the_answer() -> None:
    class NoFiles(FakeResponder):
        async def upload(self, name: str, content: bytes, *, title: str = "") -> None:
            raise SendNever("missing_scope")

    stage, _ = scene(pod(), current=f"{'x' * 90}\n" * 90)
    answer = await stage.ask(f"logs {POD}", responder=NoFiles())
    assert "x" * 90 in shown(answer.replies[0][0])
    assert f"{POD}-app.log could not be sent: missing_scope" in answer.text
    assert [record["result"] for record in await stage.records()] == ["", "ok"]


async def test_a_secret_that_was_grepped_for_is_not_repeated() -> None:
    stage, _ = scene(pod(), current="password=hunter2-4711\n")
    answer = await stage.ask(f"logs {POD} --grep password=hunter2-4711")
    assert "0 of 1 line contain" in answer.text
    assert "hunter2" not in answer.text
