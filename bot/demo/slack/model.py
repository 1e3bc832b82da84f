"""Who and what is in the workspace: plain records, and the error that a refused call becomes."""

from __future__ import annotations

import time
from typing import Any, Literal

import msgspec

Json = dict[str, Any]

TEAM_ID = "T0WATCHDEMO"
OTHER_TEAM_ID = "T0ELSEWHERE"
APP_ID = "A0WATCHKEEP"
BOT_ID = "B0WATCHKEEP"
BOT_USER_ID = "U0WATCHKEEP"


class SlackError(Exception):
    """``ok: false``. ``extra`` goes into the answer beside ``error``."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class Clock:
    """Wall time that tests can move forward, so that 30 minutes pass at once."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += seconds


class User(msgspec.Struct, kw_only=True):
    """A person or bot. ``role`` is the demo's word for what its policy lets them do; Slack knows nothing of it."""

    id: str
    name: str
    real_name: str
    role: str = ""
    title: str = ""
    color: str = "4a154b"
    team_id: str = TEAM_ID
    enterprise_id: str = ""
    email: str = ""
    tz: str = "Etc/UTC"
    deleted: bool = False
    is_bot: bool = False
    is_workflow_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_admin: bool = False

    def to_slack(self, *, email: bool = False) -> Json:
        """The user object of ``users.info``. Some keys exist only for some accounts, as at Slack."""
        zone = {"tz": self.tz, "tz_label": self.tz, "tz_offset": 0}
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.title, "team": self.team_id}
        if email and self.email:
            profile["email"] = self.email
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "color": self.color,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1760000000,
        }
        if self.is_workflow_bot:
            user["is_workflow_bot"] = True
        if self.team_id != TEAM_ID:
            user["is_stranger"] = self.is_stranger
        if self.enterprise_id:
            user["enterprise_user"] = {"enterprise_id": self.enterprise_id, "id": self.id, "teams": [self.team_id]}
        if self.deleted:
            return user
        return user | zone | {
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
        }  # fmt: skip


class Channel(msgspec.Struct, kw_only=True):
    """A conversation. ``user`` is the other side of an im with the app."""

    id: str
    name: str = ""
    topic: str = ""
    kind: Literal["channel", "im"] = "channel"
    members: set[str] = msgspec.field(default_factory=set)
    user: str = ""
    created: int = 1760000000
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_shared: bool = False

    def to_slack(self, *, members: bool = False) -> Json:
        if self.kind == "im":
            return {"id": self.id, "created": self.created, "is_im": True, "user": self.user, "is_org_shared": False}
        channel: Json = {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": self.created,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_shared": self.is_shared or self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_member": BOT_USER_ID in self.members,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
        if members:
            channel["num_members"] = len(self.members)
        return channel


class UserGroup(msgspec.Struct, kw_only=True):
    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()
    date_delete: int = 0

    def to_slack(self, *, users: bool = False) -> Json:
        group: Json = {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "description": "",
            "date_create": 1760000000,
            "date_delete": self.date_delete,
            "user_count": len(self.users),
        }
        return group | {"users": list(self.users)} if users else group


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` is the error that every call with it gets: ``token_revoked``, ``account_inactive``; empty when good."""

    kind: Literal["bot", "app"]
    scopes: tuple[str, ...]
    state: str = ""
