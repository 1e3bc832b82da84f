"""Who asks what: the words of the command flow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec

from bot.core.message import Message
from bot.core.ports import Posted, Reader
from bot.core.ref import Ref


class Actor(msgspec.Struct, frozen=True):
    """Who acted, as Slack identifies people. Names are for display only and never decide anything."""

    team_id: str
    user_id: str
    enterprise_id: str = ""


class Person(msgspec.Struct, frozen=True):
    """What Slack says about an actor now.

    ``refused`` is why this account may not use Watchkeeper at all, as a whole sentence without its full stop ("guests
    may not use Watchkeeper, only full members"); empty if it may.
    ``groups`` are the ids of the user groups they are in; ``group_handles`` the same by handle, without ``@``.
    """

    actor: Actor
    name: str
    refused: str = ""
    groups: frozenset[str] = frozenset()
    group_handles: frozenset[str] = frozenset()
    timezone: str = "UTC"


Source = Literal["slash", "button", "mention", "shortcut", "home"]


class Request(msgspec.Struct, frozen=True):
    """One delivery from Slack, already verified and acknowledged.

    ``id`` is the same for every redelivery of the same thing: it runs at most once.
    ``text`` is what stands behind the slash command (or behind the mention; a direct message is one too). For a button
    ``button`` is its opaque id and ``message`` where it hangs.
    """

    id: str
    actor: Actor
    channel: str
    source: Source
    text: str = ""
    button: str = ""
    message: Posted | None = None
    channel_name: str = ""
    received_at: float = 0.0


ParamKind = Literal["object", "namespace", "cluster", "container", "duration", "int", "flag", "text"]
Value = str | int | bool


class Param(msgspec.Struct, frozen=True, kw_only=True):
    """One typed parameter of a verb; its type decides what is accepted, nothing is passed on unread.

    Without ``flags`` it is positional. ``kinds`` and ``default_kind`` are for objects: which kinds are taken, and which
    one a bare name means. ``least`` and ``most`` bound a whole number, or a duration in seconds. Durations are whole
    seconds in a Call.
    """

    name: str
    kind: ParamKind
    summary: str
    flags: tuple[str, ...] = ()
    required: bool = False
    kinds: tuple[str, ...] = ()
    default_kind: str = ""
    least: int = 0
    most: int = 1_000_000_000

    @property
    def spelling(self) -> str:
        """As messages name it: the long flag, or the parameter's name in capitals."""
        return self.flags[-1] if self.flags else self.name.upper()


class Call(msgspec.Struct, frozen=True):
    """What is to be done, checked: every name in it is a Kubernetes name, every value has its parameter's type.

    ``kind`` and ``name`` are the target (empty for verbs without one), ``params`` the rest in the verb's own order.
    ``text`` is the canonical spelling: it stands in the audit log and behind buttons, and parses back to this Call.
    """

    verb: str
    cluster: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""
    params: tuple[tuple[str, Value], ...] = ()
    text: str = ""

    def value(self, name: str) -> Value | None:
        """A parameter's value; None where it was not given."""
        return dict(self.params).get(name)

    def word(self, name: str) -> str:
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: int) -> int:
        value = self.value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def flag(self, name: str) -> bool:
        return self.value(name) is True

    @property
    def ref(self) -> Ref:
        return Ref(self.cluster, self.kind, self.namespace, self.name)


class File(msgspec.Struct, frozen=True):
    """Something too long for a message."""

    name: str
    content: bytes
    title: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a verb has to say. ``outcome`` is its one line in the audit log, without any content.

    ``same`` is the call that gives this very answer again, where the one that was asked left a choice (which pod).
    """

    message: Message
    files: tuple[File, ...] = ()
    outcome: str = "answered"
    same: Call | None = None


class Right(msgspec.Struct, frozen=True):
    """What a verb needs to be allowed in the cluster, as a rule of a ClusterRole says it."""

    group: str
    resource: str
    verbs: tuple[str, ...]


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a running verb knows about who asks, and has at hand. ``reader`` is the one of the call's cluster.

    ``may`` tells whether this person may do another call, here and now: for buttons that never lie.
    ``grants`` lists, for a verb's name, where this person may use it, in words; empty when nowhere.
    """

    person: Person
    channel: str
    verbs: Mapping[str, Verb]
    may: Callable[[Call], bool]
    grants: Callable[[str], list[str]]
    now: Callable[[], float]
    reader: Reader | None = None
    command: str = "/k8s"


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """A command that people can ask for: one module in ``commands/verbs``.

    ``open``: about Watchkeeper itself, for everybody whom Slack vouches for; it touches no cluster.
    ``progress`` begins the line that is shown when it takes long; its target follows: ``Reading the log of``.
    ``time_limit`` in seconds overrides the settings' own.
    """

    name: str
    summary: str
    run: Callable[[Call, Context], Awaitable[Answer]]
    params: tuple[Param, ...] = ()
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rights: tuple[Right, ...] = ()
    changes: bool = False
    open: bool = False
    progress: str = "Working on"
    time_limit: float = 0.0
