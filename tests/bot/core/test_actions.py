"""What a button means stays in the store under an opaque id that does not change when the message is edited."""

from __future__ import annotations

from bot.core.actions import look_up, register
from bot.core.message import Actions, Button, Menu, Message
from tests.fakes.store import MemoryStore

ROW = Actions(
    buttons=(Button("Logs", "logs deploy/api -n shop"),),
    menus=(Menu("Snooze", (Button("2 h", "snooze i1 --for 2h"), Button("24 h", "snooze i1 --for 24h"))),),
)


async def test_only_opaque_ids_leave_and_lead_back_to_the_command() -> None:
    store = MemoryStore()
    ready = await register(store, Message("x", (ROW,)), "incident-1")
    row = ready.parts[0]
    assert isinstance(row, Actions)
    assert "logs" not in row.buttons[0].id
    found = await look_up(store, row.buttons[0].id)
    assert found is not None
    assert (found.command, found.subject) == ("logs deploy/api -n shop", "incident-1")
    option = await look_up(store, row.menus[0].options[1].id)
    assert option is not None
    assert option.command == "snooze i1 --for 24h"


async def test_ids_are_stable_for_one_subject_and_differ_between_subjects() -> None:
    store = MemoryStore()
    first, again = [await register(store, Message("x", (ROW,)), "incident-1") for _ in range(2)]
    other = await register(store, Message("x", (ROW,)), "incident-2")
    assert first == again
    assert first.parts != other.parts


async def test_a_foreign_or_expired_id_means_nothing() -> None:
    now = 1000.0
    store = MemoryStore(lambda: now)
    assert await look_up(store, "0123456789abcdef") is None
    ready = await register(store, Message("x", (ROW,)), "i")
    row = ready.parts[0]
    assert isinstance(row, Actions)
    now += 31 * 86400
    assert await look_up(store, row.buttons[0].id) is None


async def test_a_command_with_a_secret_in_it_is_not_kept_and_has_no_button() -> None:
    store = MemoryStore()
    typed = Button("Share here", "logs deploy/api -n shop --grep password=hunter2-4711 --share")
    ready = await register(store, Message("x", (Actions((*ROW.buttons, typed)), Actions((typed,)))), "answer/1")
    assert len(ready.parts) == 1
    row = ready.parts[0]
    assert isinstance(row, Actions)
    assert [one.label for one in row.buttons] == ["Logs"]
    assert not any(b"hunter2" in record.value for record in await store.query("button/"))
