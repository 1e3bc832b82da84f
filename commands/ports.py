"""What commands need from the outside: who somebody is, a way to answer them, and a log that cannot be argued with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.core.message import Message
from bot.core.ports import Posted
from commands.model import Actor, Person, Request


class People(Protocol):
    """Who an actor is. Cached at most five minutes."""

    async def person(self, actor: Actor, *, fresh: bool = False) -> Person:
        """``fresh`` reads past the cache, as is done before a change runs. Raises SendError when Slack does not answer:
        an unknown person is refused."""


class Responder(Protocol):
    """Answers one request. Falls back from ``response_url`` to an ephemeral message when that has expired."""

    async def reply(self, message: Message, *, public: bool = False, replace: bool = False) -> None:
        """Show a message to the asker alone, or to the channel when ``public``.

        ``replace`` replaces this request's earlier answer (progress, then the result).
        """

    async def post(self, message: Message, *, thread: str = "") -> Posted:
        """Post an ordinary message to the request's channel."""

    async def upload(self, name: str, content: bytes, *, title: str = "") -> None:
        """Send the asker, privately, a file."""


class AuditSink(Protocol):
    """A place that keeps audit records in the order given. Raises AuditError; never drops silently."""

    async def append(self, records: Sequence[bytes]) -> None:
        """Durable when it returns. Each record is one JSON object without newlines, already chained."""


class AuditJournal(AuditSink, Protocol):
    """The sink that is the chain's home: it knows where the chain ends, also across restarts and replicas.

    ``append`` raises ``commands.audit.Taken`` when another replica has written a record of that number meanwhile.
    """

    async def tail(self) -> bytes | None:
        """The newest record; None before the first."""

    async def read(self, after: int = 0, limit: int = 500) -> list[bytes]:
        """Records in their order, those whose number is above ``after``."""

    async def checkpoint(self) -> bytes | None:
        """The newest checkpoint, as it was saved."""

    async def save_checkpoint(self, checkpoint: bytes) -> None: ...


Handler = Callable[[Request, Responder], Awaitable[None]]
