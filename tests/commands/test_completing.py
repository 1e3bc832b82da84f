"""A half-typed command goes on with what this person may do; live names only where they may look."""

from __future__ import annotations

from bot.core.errors import Unreachable
from commands.model import Actor, Person
from tests.commands.builders import NOW, pod, workload
from tests.commands.scene import Scene
from tests.fakes.reader import FakeReader

DANA, VERA = Person(Actor("T1", "U01"), "dana"), Person(Actor("T1", "U02"), "vera")


def namespace(name: str) -> dict[str, object]:
    return {"kind": "Namespace", "metadata": {"name": name}}


async def ask(text: str, who: Person = DANA, reader: FakeReader | None = None) -> list[str]:
    everything = FakeReader(pod("api-1"), workload(), pod("ledger-1", namespace="payments"))
    everything.objects += [namespace("shop"), namespace("payments")]
    scene = Scene(reader or everything, now=NOW)
    return [one.text for one in await scene.pipeline.complete(who, "C1", text)]


async def test_verbs_flags_kinds_and_names() -> None:
    assert await ask("") == ["describe ", "help ", "logs "]
    assert await ask("lo") == ["logs "]
    assert "logs --previous " in await ask("logs --p")
    assert await ask("logs deploy/api --tail 5 --ta") == []
    assert await ask("logs de") == ["logs deploy/"]
    assert await ask("logs deploy/a") == ["logs deploy/api "]
    assert await ask("logs pod/") == ["logs pod/api-1 "]
    assert await ask("logs deploy/api --cluster ") == ["logs deploy/api --cluster prod "]


async def test_only_what_this_person_may_see() -> None:
    assert await ask("", VERA) == ["help "]
    assert await ask("logs pod/", VERA) == []
    assert await ask("logs -n payments pod/") == []
    assert await ask("logs pod/x -n ") == ["logs pod/x -n shop "]
    assert await ask("", Person(Actor("T1", "U09"), "gus", refused="a guest")) == []


async def test_names_of_other_namespaces_come_with_their_namespace() -> None:
    elsewhere, foreign = workload(name="api-2"), workload(name="api-3")
    elsewhere["metadata"]["namespace"], foreign["metadata"]["namespace"] = "shop-eu", "payments"
    rules = {
        "roles": {"viewer": {"verbs": ["logs"], "namespaces": ["shop*"]}},
        "bindings": [{"role": "viewer", "everyone": True}],
    }
    scene = Scene(FakeReader(workload(), elsewhere, foreign), policy=rules, now=NOW)
    found = [one.text for one in await scene.pipeline.complete(VERA, "C1", "logs deploy/a")]
    assert found == ["logs deploy/api ", "logs deploy/api-2 -n shop-eu "]
    assert await scene.pipeline.complete(VERA, "C1", "logs -n payments deploy/a") == []


async def test_nothing_is_even_listed_where_this_person_may_do_nothing() -> None:
    reader = FakeReader(pod("ledger-1", namespace="payments"))
    assert await ask("logs -n payments pod/", reader=reader) == []
    assert reader.calls == []


async def test_silence_of_the_cluster_is_no_error() -> None:
    reader = FakeReader()
    reader.error = Unreachable("no answer")
    assert await ask("logs pod/", reader=reader) == []
    assert await ask("logs pod/../x", reader=reader) == []
    assert await ask("logs -n ../x pod/", reader=reader) == []
