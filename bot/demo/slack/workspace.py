"""The people, channels and groups of the workspace, and the rules of who finds what by which name."""

from __future__ import annotations

import itertools

from msgspec.structs import replace

from bot.demo.slack.feed import Feed
from bot.demo.slack.model import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, Channel, Clock, Json, SlackError, User, UserGroup
from bot.demo.slack.settings import DoubleSettings

PEOPLE = (
    User(id="U0VERA", name="vera", real_name="Vera Lind", role="viewer", title="Support engineer", color="2b6cb0"),
    User(id="U0DANA", name="dana", real_name="Dana Ortiz", role="deployer", title="Backend engineer", color="b7791f"),
    User(id="U0APRIL", name="april", real_name="April Sohn", role="approver", title="Platform lead", color="2f855a"),
    User(
        id="U0GUS",
        name="gus",
        real_name="Gus Weber",
        role="guest",
        title="Contractor",
        color="805ad5",
        is_restricted=True,
    ),
)
CHANNELS = (
    ("C0ALERTS", "k8s-alerts", "What broke, and why"),
    ("C0SHOP", "shop-dev", "The shop"),
    ("C0PAYMENTS", "payments-dev", "Payments"),
    ("C0GENERAL", "general", "Everybody"),
)
GROUPS = (
    UserGroup(id="S0DEPLOYERS", handle="deployers", name="Deployers", users=("U0DANA", "U0APRIL")),
    UserGroup(id="S0APPROVERS", handle="approvers", name="Approvers", users=("U0APRIL",)),
)


class Workspace:
    """The demo's people and channels at first; tests add what they need through ``add_user`` and ``add_channel``."""

    def __init__(self, settings: DoubleSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.feed = Feed()
        self.team: Json = {"id": TEAM_ID, "name": settings.team_name}
        self.bot = User(id=BOT_USER_ID, name=settings.app_name.lower(), real_name=settings.app_name, is_bot=True)
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {group.id: replace(group) for group in GROUPS}
        self._numbers = itertools.count(1)
        self._last_ts = 0
        for channel_id, name, topic in CHANNELS:
            self.add_channel(name, channel_id=channel_id, topic=topic, members={BOT_USER_ID})
        for person in (self.bot, *map(replace, PEOPLE)):
            self.add_user(person)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}0{next(self._numbers):08X}"

    def new_ts(self) -> str:
        """A time stamp that no other message has."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(self, user: User) -> User:
        """Somebody joins, and with them the channels that everybody is in."""
        self.users[user.id] = user
        for channel in self.channels.values():
            if channel.kind == "channel" and not channel.is_private and user.team_id == TEAM_ID:
                channel.members.add(user.id)
        if user.role:
            self.im(user.id)
        return user

    def add_channel(
        self,
        name: str,
        *,
        channel_id: str = "",
        topic: str = "",
        members: set[str] | None = None,
        private: bool = False,
    ) -> Channel:
        channel = Channel(
            id=channel_id or self.new_id("C"), name=name, topic=topic, members=members or set(), is_private=private
        )
        self.channels[channel.id] = channel
        return channel

    def user(self, name: str) -> User:
        """Somebody who uses the page, by name or id."""
        wanted = name.lstrip("@").lower()
        for user in self.users.values():
            if name == user.id or wanted == user.name:
                return user
        raise SlackError("user_not_found", detail=f"nobody here is called {name!r}")

    def im(self, user_id: str) -> Channel:
        """The conversation between the app and one person; made when first asked for."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.user == user_id:
                return channel
        channel = Channel(id=f"D{user_id.removeprefix('U')}", kind="im", user=user_id, members={user_id, BOT_USER_ID})
        self.channels[channel.id] = channel
        return channel

    def channel(self, wanted: str, *, by_name: bool = False) -> Channel:
        """By id; ``by_name`` as chat.postMessage does it, where ``#name``, ``name`` and a person's id work too."""
        found = self.channels.get(wanted)
        if found is None and by_name:
            name = wanted.removeprefix("#")
            found = next((each for each in self.channels.values() if each.name and each.name == name), None)
            if found is None and wanted in self.users and wanted != BOT_USER_ID:
                found = self.im(wanted)
        if found is None or (found.is_private and BOT_USER_ID not in found.members):
            raise SlackError("channel_not_found")
        return found

    def seen_by(self, user_id: str) -> list[Channel]:
        return [channel for channel in self.channels.values() if user_id in channel.members]

    def readers(self, channel: Channel) -> frozenset[str]:
        return frozenset(channel.members)

    def author(self) -> Json:
        """What Slack puts into every message of the app."""
        profile = {"id": BOT_ID, "app_id": APP_ID, "name": self.settings.app_name, "team_id": TEAM_ID}
        return {"bot_id": BOT_ID, "app_id": APP_ID, "user": BOT_USER_ID, "team": TEAM_ID, "bot_profile": profile}
