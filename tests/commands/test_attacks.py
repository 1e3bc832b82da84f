"""The attack classes of grammar, identity, replay, leaks, exhaustion and output, tried on the whole command flow."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.actions import StoredButton
from bot.core.errors import KubeError
from bot.core.message import Bold, Code, Link, Message, Pre, User
from commands.parse import is_label, is_name
from tests.commands.builders import NOW, event, pod, workload
from tests.commands.scene import FakeResponder, Scene, buttons
from tests.fakes.reader import FakeReader

POD = "api-6d5f7c9b8-x7k2p"


def scene(text: str = "line\n", **more: Any) -> tuple[Scene, FakeReader]:
    reader = FakeReader(pod(), pod("ledger-1", namespace="payments"), workload())
    reader.logs = {(POD, "app", False): text, ("ledger-1", "app", False): "ledger\n"}
    return Scene(reader, now=NOW, **more), reader


# --- grammar: nothing that is not a Kubernetes name reaches the reader ----------------------------------

HOSTILE = [
    "logs pod/../../secrets/db",
    "logs pod/x?container=y",
    "logs pod/x%2f..%2fsecrets",
    "logs 'pod/x\" -n payments'",
    "logs x -n 'shop/../payments'",
    "logs x -n shop,payments",
    "logs x -n '*'",
    "logs -f http://evil.example/x.yaml",
    "logs x --kubeconfig /etc/passwd",
    "logs x -o go-template-file=/etc/passwd",
    "get --raw /api/v1/secrets",
    "config view --raw",
    "exec x -- sh",
    "logs x; rm -rf /",
    "logs $(id)",
    "logs `id`",
    "logs x --tail 5 --tail 99999999",
    "logs x --tail 99999999999999999999",
    "logs \u0430pi",  # Cyrillic a
    "logs ap\u200bi",
    "logs \u202eipa",
    "logs a\x00b",
    "logs a\nlogs b -n payments",
    "logs x --all-namespaces",
    "logs x -l app=api",
    "describe secret/db",
    "describe Secrets db",
    "describe secret.v1/db",
    "logs " + "a" * 5000,
    "logs " + '"' * 999,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_grammar_reaches_nothing(text: str) -> None:
    stage, reader = scene()
    answer = await stage.ask(text)
    assert reader.calls == []
    assert len(answer.replies) == 1
    [record] = await stage.records()
    assert record["entry"]["decision"] in {"invalid", "deny"}
    assert "\n" not in record["entry"]["command"]


_PIECES = st.one_of(
    st.sampled_from(
        [
            "logs",
            "describe",
            "help",
            "pod/",
            "deploy/api",
            "-n",
            "shop",
            "payments",
            "--cluster=prod",
            "/",
            "..",
            "'",
            '"',
        ]
    ),
    st.text(max_size=8),
)


@settings(max_examples=400)
@given(st.lists(_PIECES, max_size=7).map(" ".join))
def test_no_generated_command_leaves_the_grant(text: str) -> None:
    async def run() -> None:
        stage, reader = scene()
        await stage.ask(text)
        for call in reader.calls:
            verb, kind, namespace, name = (*call, "", "", "")[:4]
            if verb in {"get", "events"}:
                assert kind != "Secret"
                assert namespace == "shop"
                assert is_name(name)
            elif verb == "list":
                assert namespace == "shop"
            else:
                assert is_label(kind)

    asyncio.run(run())


# --- identity -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "team", "told"),
    [
        ("U09", "T1", "guests may not use Watchkeeper"),
        ("U01", "T2", "people of other organisations"),
        ("U99", "T1", "people of other organisations"),
    ],
)
async def test_guests_strangers_and_foreign_teams_are_refused(user: str, team: str, told: str) -> None:
    for text in (f"logs {POD}", "help", "logs --nonsense", ""):
        stage, reader = scene()
        answer = await stage.ask(text, user, team=team)
        assert told in answer.text
        assert "prod" not in answer.text
        assert reader.calls == []


async def test_a_display_name_gives_no_rights() -> None:
    stage, reader = scene()
    stage.people.known["U02"] = type(stage.people.known["U02"])(stage.people.known["U02"].actor, "U01")
    assert "may not use" in (await stage.ask(f"logs {POD}", "U02")).text
    assert reader.calls == []


async def test_who_left_the_group_loses_the_right() -> None:
    rules = {
        "roles": {"viewer": {"verbs": ["logs"], "namespaces": ["shop"]}},
        "bindings": [{"role": "viewer", "groups": ["S1"]}],
    }
    stage, _ = scene(policy=rules)
    person = stage.people.known["U01"]
    stage.people.known["U01"] = type(person)(person.actor, "dana", groups=frozenset({"S1"}))
    assert "line" in (await stage.ask(f"logs {POD}")).text
    stage.people.known["U01"] = person
    assert "No role is bound" in (await stage.ask(f"logs {POD}")).text


# --- replay and forged buttons --------------------------------------------------------------------------


async def test_a_button_carries_no_rights_of_whom_it_was_made_for() -> None:
    stage, _ = scene()
    made = buttons((await stage.ask(f"logs {POD}")).last)
    for _, button_id in made.values():
        answer = await stage.ask("", "U02", source="button", button=button_id, channel="C2")
        assert "may not use" in answer.text


async def test_a_slash_text_beside_a_button_is_ignored() -> None:
    stage, reader = scene()
    answer = await stage.ask("logs ledger-1 -n payments", source="button", button="0" * 24)
    assert "expired" in answer.text
    assert reader.calls == []


async def test_what_lies_behind_a_button_is_checked_as_if_it_were_typed() -> None:
    import msgspec

    stage, reader = scene()
    for command in ("logs ledger-1 -n payments", "logs x; rm", "nonsense", "logs pod/../x"):
        await stage.store.put("button/b", msgspec.json.encode(StoredButton(command, "s")))
        answer = await stage.ask("", source="button", button="b")
        assert reader.calls == []
        assert len(answer.replies) == 1


# --- leaks ----------------------------------------------------------------------------------------------


async def test_secrets_leak_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    stage, reader = scene("password=hunter2\nAuthorization: Bearer hunter2.abc1\n")
    reader.happened = [event("Pod", POD, "Failed", "login postgres://u:hunter2@db failed")]
    with caplog.at_level(logging.DEBUG):
        for text in (f"logs {POD}", f"describe pod/{POD}", f"logs {POD} --grep 'password=hunter2'"):
            answer = await stage.ask(text)
            assert "password=hunter2" not in answer.text.replace("contain 'password=hunter2'", "")
            assert "u:hunter2" not in answer.text
        reader.error = KubeError("dial https://u:hunter2@api: token=hunter2", status=500)
        assert "hunter2" not in (await stage.ask(f"logs {POD}")).text
    assert "hunter2" not in caplog.text
    assert "hunter2" not in str(await stage.records())


# --- output ---------------------------------------------------------------------------------------------


def pieces(message: Message) -> list[Any]:
    found: list[Any] = []
    for part in message.parts:
        text = getattr(part, "text", "")
        found += list(text) if isinstance(text, tuple) else [text]
    return found


async def test_text_of_the_cluster_never_becomes_markup() -> None:
    evil = "<!channel> <@U01> <https://evil.example|click> ```\n*bold* %s {0} & \x1b[2J"
    stage, reader = scene(evil)
    reader.happened = [event("Pod", POD, "Failed", evil)]
    for text in (f"logs {POD}", f"describe pod/{POD}"):
        answer = await stage.ask(text)
        for piece in pieces(answer.last):
            assert not isinstance(piece, Link | User)
            if isinstance(piece, Bold | Code):
                assert "evil" not in piece.text
        assert "<!channel>" in answer.text  # shown, as literal text that the Slack adapter escapes
        assert "\x1b" not in answer.text
    assert any(isinstance(part, Pre) for part in answer.last.parts)


async def test_an_error_that_repeats_what_was_typed_keeps_it_literal() -> None:
    stage, _ = scene()
    answer = await stage.ask("<!channel>")
    assert all(isinstance(piece, str | Code) for piece in pieces(answer.last))


# --- exhaustion -----------------------------------------------------------------------------------------


async def test_a_flood_of_one_person_is_refused_and_others_are_served() -> None:
    stage, reader = scene()
    gate = asyncio.Event()
    slow = reader.get

    async def get(*given: Any) -> dict[str, Any]:
        await gate.wait()
        return await slow(*given)

    reader.get = get  # type: ignore[method-assign]
    flood = [asyncio.create_task(stage.ask(f"logs {POD}")) for _ in range(50)]
    await asyncio.sleep(0.05)
    help_answer = await stage.ask("help", "U02")
    assert "What vera may ask" in help_answer.text
    gate.set()
    answers: list[FakeResponder] = list(await asyncio.gather(*flood))
    assert sum("still run" in answer.text for answer in answers) == 47
    assert sum("line" in answer.text for answer in answers) == 3


async def test_a_megabyte_of_log_is_cut_for_the_message() -> None:
    stage, _ = scene("x" * 1_000_000)
    answer = await stage.ask(f"logs {POD}")
    assert len(answer.text) < 4000
    assert len(answer.files[0][1]) <= 1_000_001
