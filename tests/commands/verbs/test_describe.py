"""``/k8s describe`` as a command: what may be described, and what is not there."""

from __future__ import annotations

import pytest

from bot.core.errors import Forbidden
from bot.core.objects import Event
from bot.core.ref import Ref
from tests.commands.builders import NOW, pod
from tests.commands.scene import Scene, buttons
from tests.fakes.reader import FakeReader

POD = "api-6d5f7c9b8-x7k2p"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("describe pod/nope", "there is no pod/nope in prod / shop"),
        ("describe secret/db", "Secrets are never read"),
        ("describe node/n1", "dana may not use describe on node/n1 in the whole cluster of prod"),
        ("describe", "describe needs TARGET"),
    ],
)
async def test_what_is_not_described_is_told(text: str, told: str) -> None:
    assert told in (await Scene().ask(text)).text


async def test_events_that_may_not_be_read_do_not_hide_the_object() -> None:
    class NoEvents(FakeReader):
        async def events(self, ref: Ref) -> list[Event]:
            raise Forbidden("events is forbidden", status=403)

    text = (await Scene(NoEvents(pod()), now=NOW).ask(f"describe pod/{POD}")).text
    assert "Events not read: events is forbidden" in text
    assert "Running, 1 of 1 ready" in text


async def test_audit_outcome_names_the_object_and_no_content() -> None:
    scene = Scene(FakeReader(pod()), now=NOW)
    await scene.ask(f"describe pod/{POD}")
    assert (await scene.records())[-1]["detail"] == f"pod/{POD}: Running, 1 of 1 ready, 0 restarts, 2 h old"


async def test_no_button_for_what_this_person_may_not_do() -> None:
    rules = {
        "roles": {"looker": {"verbs": ["describe"], "namespaces": ["shop"], "kinds": ["pod"]}},
        "bindings": [{"role": "looker", "everyone": True}],
    }
    answer = await Scene(FakeReader(pod()), policy=rules, now=NOW).ask(f"describe pod/{POD}")
    assert set(buttons(answer.last)) == {"Share here"}
