"""Who may do what, within which limits, and where the log of it goes: what a user may set of the command flow."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from bot.core.ref import BY_ALIAS
from bot.core.times import Seconds

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP = re.compile(r"S[A-Z0-9]{2,}|@[a-z0-9._-]+")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{2,}")

Problem = tuple[str, str]


class RoleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A set of things that may be done. Each list takes exact words or patterns with ``*``."""

    verbs: tuple[str, ...]
    """Commands: ``logs``, ``rollout status``; ``*`` is every command, changes included."""

    namespaces: tuple[str, ...] = ()
    """Namespaces; none unless named. Nodes and other things without a namespace need ``*``, or their kind in kinds."""

    kinds: tuple[str, ...] = ("*",)
    """Kinds by any of kubectl's names (``deploy``, ``Pod``)."""

    names: tuple[str, ...] = ("*",)
    """Names of objects."""

    clusters: tuple[str, ...] = ("*",)
    """Clusters by the names that they have in this file."""


class BindingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who has a role. ``users``, ``groups`` and ``everyone`` say who; ``channels`` says where.

    With channels alone, whoever asks in one of them has the role there. Guests, people of other companies, bots and
    deactivated accounts never have one.
    """

    role: str
    users: tuple[str, ...] = ()
    """Slack user ids (``U012AB3CD``): names can be changed by their owner and therefore decide nothing."""

    groups: tuple[str, ...] = ()
    """User groups, by id (``S012AB3CD``) or by handle (``@oncall``)."""

    channels: tuple[str, ...] = ()
    """Channel ids (``C012AB3CD``): the binding holds only for what is asked there."""

    everyone: bool = False
    """All full members of the workspace."""


class PolicySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    roles: dict[str, RoleSettings] = {}
    """Role name -> what it allows. What no role allows is denied."""

    bindings: tuple[BindingSettings, ...] = ()

    contact: str = ""
    """Whom to ask for rights, shown in refusals: ``@platform``, ``#platform-help``."""

    def problems(self) -> list[Problem]:
        """What the types cannot tell: (path within policy, message) for each mistake."""
        found: list[Problem] = []
        for name, role in self.roles.items():
            found += _role_problems(f"roles.{name}", role)
        for i, binding in enumerate(self.bindings):
            found += _binding_problems(f"bindings[{i}]", binding, list(self.roles))
        return found


def _role_problems(where: str, role: RoleSettings) -> list[Problem]:
    found: list[Problem] = []
    if not role.verbs:
        found.append((f"{where}.verbs", "is empty; name commands such as logs, or * for all of them"))
    for i, kind in enumerate(role.kinds):
        if "*" not in kind and kind.lower() not in BY_ALIAS:
            secret = kind.lower() in {"secret", "secrets"}
            why = "Secrets are never read, whatever the policy says" if secret else "there is no such kind here"
            found.append((f"{where}.kinds[{i}]", f"{kind}: {why}"))
    return found


def _binding_problems(where: str, binding: BindingSettings, roles: list[str]) -> list[Problem]:
    found: list[Problem] = []
    if binding.role not in roles:
        there = f"there are {', '.join(sorted(roles))}" if roles else "there are none"
        found.append((f"{where}.role", f"no role is called {binding.role}; {there}"))
    if not (binding.everyone or binding.users or binding.groups or binding.channels):
        found.append((where, "binds nobody; it needs users, groups, channels or everyone: true"))
    if binding.everyone and (binding.users or binding.groups):
        found.append((where, "says everyone and names some as well; keep one"))
    checks = (
        ("users", binding.users, _USER_ID, "a Slack user id such as U012AB3CD (in the profile: More, Copy member ID)"),
        ("groups", binding.groups, _GROUP, "a user group's id such as S012AB3CD, or its handle such as @oncall"),
        (
            "channels",
            binding.channels,
            _CHANNEL_ID,
            "a channel id such as C012AB3CD (at the end of the channel's About)",
        ),
    )
    for key, values, pattern, needs in checks:
        found += [
            (f"{where}.{key}[{i}]", f"{value} is not {needs}")
            for i, value in enumerate(values)
            if not pattern.fullmatch(value)
        ]
    return found


class CommandSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    namespace: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")] = "default"
    """The namespace that is meant when a command names none."""

    cluster: str = ""
    """The cluster that is meant when a command names none; not needed where there is only one."""

    time_limit: Seconds = Seconds(20)
    """How long a command may run before it is given up and said so."""

    progress_after: Seconds = Seconds(1.5)
    """When something is said about a command that still runs; below that the answer itself is soon enough."""

    per_person: Annotated[int, msgspec.Meta(ge=1)] = 3
    """Commands of one person that may run at once; more are refused, not queued."""

    at_once: Annotated[int, msgspec.Meta(ge=1)] = 12
    """Commands that may run at once in this process: each may hold a megabyte of log."""

    share: bool = True
    """Whether an answer may be shown to the channel it was asked in (``--share``, Share here)."""


class AuditSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    stdout: bool = True
    """Write each record to standard output too, as one JSON line: a second copy beyond the store's reach."""
