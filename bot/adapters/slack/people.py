"""The People port: who an actor is now, whether they may use Watchkeeper at all, and their user groups."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec

from bot.adapters.slack.api import Api, Identity
from bot.core.errors import SendNever
from commands.model import Actor, Person

log = logging.getLogger(__name__)

_REFUSALS = (
    ("deleted", "this account is deactivated"),
    ("is_bot", "bots may not use Watchkeeper"),
    ("is_app_user", "apps may not use Watchkeeper"),
    ("is_workflow_bot", "workflows may not use Watchkeeper"),
    ("is_ultra_restricted", "guests may not use Watchkeeper, only full members of this workspace"),
    ("is_restricted", "guests may not use Watchkeeper, only full members of this workspace"),
    ("is_stranger", "people of other organisations may not use Watchkeeper"),
)
_FOREIGN = "people of other organisations may not use Watchkeeper"


class _Groups(msgspec.Struct, frozen=True):
    """Group id -> its handle, group id -> its members."""

    handles: dict[str, str]
    members: dict[str, frozenset[str]]


def refusal(user: dict[str, Any], us: Identity) -> str:
    """Why this account is refused; empty when it is not.

    No flag says "external": it is a foreign team, unless both belong to one Enterprise Grid organisation.
    """
    for flag, why in _REFUSALS:
        if user.get(flag):
            return why
    team = user.get("team_id") or ""
    enterprise = (user.get("enterprise_user") or {}).get("enterprise_id") or ""
    if team == us.team_id or (us.enterprise_id and us.enterprise_id == enterprise):
        return ""
    return _FOREIGN


class SlackPeople:
    """Believed for ``ttl`` seconds; ``fresh`` asks again, as is done before a change."""

    def __init__(self, api: Api, *, ttl: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._ttl = ttl
        self._clock = clock
        self._users: dict[str, tuple[float, dict[str, Any]]] = {}
        self._groups: tuple[float, _Groups] | None = None

    async def person(self, actor: Actor, *, fresh: bool = False) -> Person:
        us = await self._api.identity()
        user = await self._user(actor.user_id, fresh=fresh)
        why = "the account is not the one that Slack named" if user.get("id") != actor.user_id else refusal(user, us)
        groups = _Groups({}, {}) if why else await self._all_groups(fresh=fresh)
        mine = frozenset(group for group, members in groups.members.items() if actor.user_id in members)
        profile = user.get("profile") or {}
        return Person(
            actor=actor,
            name=profile.get("display_name") or profile.get("real_name") or user.get("name") or actor.user_id,
            refused=why,
            groups=mine,
            group_handles=frozenset(groups.handles[group] for group in mine),
            timezone=user.get("tz") or "UTC",
        )

    async def _user(self, user_id: str, *, fresh: bool) -> dict[str, Any]:
        now = self._clock()
        known = self._users.get(user_id)
        if known and not fresh and now - known[0] < self._ttl:
            return known[1]
        user: dict[str, Any] = (await self._api.read("users.info", user=user_id))["user"]
        self._users = {key: value for key, value in self._users.items() if now - value[0] < self._ttl}
        self._users[user_id] = (now, user)
        return user

    async def _all_groups(self, *, fresh: bool) -> _Groups:
        now = self._clock()
        if self._groups is None or fresh or now - self._groups[0] >= self._ttl:
            self._groups = (now, await self._read_groups())
        return self._groups[1]

    async def _read_groups(self) -> _Groups:
        """One call names all groups with their members; only where Slack left members out, that group is asked for."""
        try:
            data = await self._api.read("usergroups.list", include_users=True, include_count=True)
        except SendNever as error:
            if error.code not in ("plan_upgrade_required", "feature_not_enabled"):
                raise
            return _Groups({}, {})  # workspaces on the free plan have no user groups
        handles: dict[str, str] = {}
        members: dict[str, frozenset[str]] = {}
        for group in data.get("usergroups", []):
            if group.get("date_delete"):
                continue
            users = group.get("users")
            if users is None or len(users) < int(group.get("user_count") or 0):
                users = (await self._api.read("usergroups.users.list", usergroup=group["id"])).get("users", [])
            handles[group["id"]] = group.get("handle") or ""
            members[group["id"]] = frozenset(users)
        return _Groups(handles, members)
