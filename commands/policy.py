"""(person, channel, call) -> Allow | Deny. Pure; deny by default; every answer names the rule that gave it.

Room is left for a third answer, NeedsApproval, with the verbs that change something.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from bot.core.ref import BY_ALIAS, BY_NAME
from commands.model import Call, Person, Verb
from commands.settings import BindingSettings, PolicySettings, RoleSettings


class Allow(msgspec.Struct, frozen=True):
    """``rule`` is where in the policy it stands: ``viewer (bindings[0])``."""

    rule: str


class Deny(msgspec.Struct, frozen=True):
    """``why`` in words for the asker, ``ask`` whom to turn to (may be empty)."""

    why: str
    rule: str
    ask: str = ""


Decision = Allow | Deny
_EVERYWHERE = "all namespaces"


class _Grant(msgspec.Struct, frozen=True):
    rule: str
    role_name: str
    role: RoleSettings


class Policy:
    def __init__(self, settings: PolicySettings) -> None:
        self._settings = settings

    def decide(self, person: Person, channel: str, call: Call, verb: Verb) -> Decision:
        """Whether this person may do this here and now."""
        if person.refused:
            return Deny(f"Not done: {person.refused}.", "kind of account", self._settings.contact)
        if verb.open:
            return Allow("open to every member")
        grants = list(self._grants(person, channel))
        for grant in grants:
            if _covers(grant.role, call):
                return Allow(grant.rule)
        return self._deny(person, call, grants)

    def grants(self, person: Person, channel: str, verb: str) -> list[str]:
        """Where a person may use a verb, in words: ``shop, search (viewer)``; empty when nowhere."""
        if person.refused:
            return []
        able = [
            grant for grant in self._grants(person, channel) if _matches(verb, grant.role.verbs) and grant.role.clusters
        ]
        # Who may everywhere is not told in addition where else.
        able = [grant for grant in able if _scope(grant.role) == _EVERYWHERE][:1] or able
        return [f"{_scope(grant.role)} ({grant.role_name})" for grant in able]

    def _grants(self, person: Person, channel: str) -> Iterator[_Grant]:
        for i, binding in enumerate(self._settings.bindings):
            role = self._settings.roles.get(binding.role)
            if role is not None and _binds(binding, person, channel):
                yield _Grant(f"{binding.role} (bindings[{i}])", binding.role, role)

    def _deny(self, person: Person, call: Call, grants: list[_Grant]) -> Deny:
        ask = self._settings.contact
        head = f"Not done: {person.name} may not use {call.verb} {_target(call)}."
        able = [grant for grant in grants if _matches(call.verb, grant.role.verbs)]
        if not grants:
            return Deny(f"{head} No role is bound to {person.name} here.", "no binding", ask)
        if not able:
            has = "; ".join(f"{name} allows {', '.join(verbs)}" for name, verbs in _verbs_by_role(grants).items())
            return Deny(f"{head} Role {has}.", f"no role with {call.verb}", ask)
        covers = "; ".join(dict.fromkeys(f"{grant.role_name} covers {_scope(grant.role)}" for grant in able))
        return Deny(f"{head} Role {covers}.", able[0].rule, ask)


def _binds(binding: BindingSettings, person: Person, channel: str) -> bool:
    if binding.channels and channel not in binding.channels:
        return False
    if not (binding.everyone or binding.users or binding.groups):
        return bool(binding.channels)
    handles = {group[1:] for group in binding.groups if group.startswith("@")}
    return (
        binding.everyone
        or person.actor.user_id in binding.users
        or bool(person.groups.intersection(binding.groups))
        or bool(person.group_handles & handles)
    )


def _covers(role: RoleSettings, call: Call) -> bool:
    return (
        _matches(call.verb, role.verbs)
        and _matches(call.cluster, role.clusters)
        and _covers_kind(role, call.kind)
        and (not call.name or _matches(call.name, role.names))
        and _covers_namespace(role, call)
    )


def _covers_kind(role: RoleSettings, kind: str) -> bool:
    return not kind or "*" in role.kinds or _names_kind(role, kind)


def _names_kind(role: RoleSettings, kind: str) -> bool:
    return any(BY_ALIAS.get(word.lower()) is BY_NAME.get(kind) for word in role.kinds if word.lower() in BY_ALIAS)


def _covers_namespace(role: RoleSettings, call: Call) -> bool:
    if call.namespace:
        return _matches(call.namespace, role.namespaces)
    # A node is seen by everybody who works on it: a role for one namespace does not reach it unless it says so.
    return "*" in role.namespaces or _names_kind(role, call.kind)


def _matches(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _scope(role: RoleSettings) -> str:
    spaces = _EVERYWHERE if "*" in role.namespaces else ", ".join(role.namespaces) or "no namespace"
    narrow = [
        f"{label} {', '.join(values)}"
        for label, values in (("kinds", role.kinds), ("names", role.names), ("clusters", role.clusters))
        if "*" not in values
    ]
    return "; ".join([spaces, *narrow])


def _target(call: Call) -> str:
    what = f"on {call.ref.slug} " if call.name else ""
    where = f"in namespace {call.namespace}" if call.namespace else "in the whole cluster"
    return f"{what}{where} of {call.cluster}" if call.cluster else what.strip() or "here"


def _verbs_by_role(grants: list[_Grant]) -> dict[str, tuple[str, ...]]:
    return {grant.role_name: grant.role.verbs for grant in grants}
