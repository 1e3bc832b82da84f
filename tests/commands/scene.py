"""The whole command flow with fakes at its edges: who asks, what is seen, what was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.adapters.audit.journal import StoreJournal
from bot.core.errors import SendError, SendLater
from bot.core.message import Message, Part, Table, plain
from bot.core.ports import Posted, Reader
from bot.core.settings import to_struct
from commands.auditing import AuditLog
from commands.model import Actor, Person, Request, Verb
from commands.pipeline import Pipeline
from commands.policy import Policy
from commands.registry import load_verbs
from commands.settings import CommandSettings, PolicySettings
from tests.fakes.reader import FakeReader
from tests.fakes.store import MemoryStore

POLICY: dict[str, Any] = {
    "roles": {"viewer": {"verbs": ["logs", "describe"], "namespaces": ["shop"]}},
    "bindings": [{"role": "viewer", "users": ["U01"]}],
    "contact": "@platform",
}


class FakePeople:
    def __init__(self) -> None:
        self.known = {"U01": Person(Actor("T1", "U01"), "dana"), "U02": Person(Actor("T1", "U02"), "vera")}
        self.known["U09"] = Person(Actor("T1", "U09"), "gus", refused="guests may not use Watchkeeper")
        self.error: SendError | None = None
        self.fresh = 0

    async def person(self, actor: Actor, *, fresh: bool = False) -> Person:
        self.fresh += fresh
        if self.error:
            raise self.error
        known = self.known.get(actor.user_id)
        return (
            known
            if known and known.actor == actor
            else Person(actor, actor.user_id, refused="people of other organisations may not use Watchkeeper")
        )


class FakeResponder:
    def __init__(self) -> None:
        self.replies: list[tuple[Message, bool, bool]] = []
        self.files: list[tuple[str, bytes]] = []
        self.fails = False

    async def reply(self, message: Message, *, public: bool = False, replace: bool = False) -> None:
        if self.fails:
            raise SendLater("ratelimited")
        self.replies.append((message, public, replace))

    async def post(self, message: Message, *, thread: str = "") -> Posted:
        raise AssertionError("nothing is posted by verbs that read")

    async def upload(self, name: str, content: bytes, *, title: str = "") -> None:
        self.files.append((name, content))

    @property
    def last(self) -> Message:
        return self.replies[-1][0]

    @property
    def text(self) -> str:
        return shown(self.last)


def shown(message: Message) -> str:
    """All text of a message, as a reader sees it."""
    return "\n".join(filter(None, map(_part, message.parts)))


def _part(part: Part) -> str:
    if isinstance(part, Table):
        return "\n".join(" | ".join(row) for row in (part.columns, *part.rows))
    pairs = [f"{label}: {plain(text)}" for label, text in getattr(part, "pairs", ())]
    title = plain(getattr(part, "title", ""))
    return "\n".join(filter(None, [title, plain(getattr(part, "text", "")), *pairs]))


def buttons(message: Message) -> dict[str, tuple[str, str]]:
    """Label -> (command, id)."""
    return {
        button.label: (button.command, button.id) for part in message.parts for button in getattr(part, "buttons", ())
    }


class Scene:
    """``ask`` is one delivery from Slack; every call of it is a new one unless ``id`` says otherwise."""

    def __init__(
        self,
        *readers: Reader,
        policy: dict[str, Any] | None = None,
        verbs: Mapping[str, Verb] | None = None,
        settings: CommandSettings | None = None,
        store: MemoryStore | None = None,
        now: float = 1_795_000_000.0,
        **more: Any,
    ) -> None:
        self.now = now
        self.readers: dict[str, Any] = {reader.cluster: reader for reader in readers or (FakeReader(),)}
        self.people = FakePeople()
        self.store = store or MemoryStore(lambda: self.now)
        self.journal = StoreJournal(self.store)
        self.audit = AuditLog(self.journal, more.pop("sinks", ()), key=b"k", now=lambda: self.now)
        self.pipeline = Pipeline(
            verbs=verbs or load_verbs(),
            readers=self.readers,
            people=self.people,
            store=self.store,
            policy=Policy(to_struct(policy or POLICY, PolicySettings)),
            audit=self.audit,
            settings=settings or CommandSettings(namespace="shop"),
            now=lambda: self.now,
            **more,
        )
        self._count = 0

    async def ask(self, text: str, user: str = "U01", **more: Any) -> FakeResponder:
        self._count += 1
        responder = more.pop("responder", None) or FakeResponder()
        actor = Actor(more.pop("team", "T1"), user)
        fields = {"id": f"delivery-{self._count}", "channel": "C1", "source": "slash", **more}
        await self.pipeline.handle(Request(actor=actor, text=text, **fields), responder)
        return responder

    async def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in await self.journal.read()]
