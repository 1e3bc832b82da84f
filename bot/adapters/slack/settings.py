"""How to reach Slack: what a user may set. Tokens are not here; bot.config reads them from the environment."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bot.core.times import Seconds


class HttpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    host: str = "0.0.0.0"  # noqa: S104 - a pod is reached from outside itself
    """Address to listen on for Slack's requests."""

    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 3000
    """TCP port; 0 takes a free one (tests)."""

    path: Annotated[str, msgspec.Meta(pattern=r"^/\S*$")] = "/slack/events"
    """One path for commands, buttons and events, as the manifest tells Slack."""

    public_url: str = ""
    """Where Slack reaches us from the internet, e.g. https://watchkeeper.example.com; needed for the manifest only."""


class SlackSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    channel: Annotated[str, msgspec.Meta(min_length=1)]
    """Where alerts go unless a route says otherwise: "#name" or a channel id."""

    mode: Literal["socket", "http"] = "socket"
    """socket needs no way in from the internet (SLACK_APP_TOKEN); http needs one (SLACK_SIGNING_SECRET)."""

    command: Annotated[str, msgspec.Meta(pattern=r"^/[a-z0-9_-]{1,31}$")] = "/k8s"
    """The slash command. All apps of a workspace share the names and the last one installed wins: take a free one."""

    api_url: str = "https://slack.com/api/"
    """Slack's Web API; another one for a local Slack or GovSlack (https://slack-gov.com/api/)."""

    connections: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2
    """Socket Mode connections of this process. Two, so that a refresh of one loses nothing; Slack allows ten an app."""

    http: HttpSettings = HttpSettings()

    post_interval: Seconds = Seconds(1)
    """Least time between two posts to one channel: Slack's own limit is one a second."""

    patience: Seconds = Seconds(20)
    """How long a send may wait for its turn before it is handed back to be retried with fresher content."""

    people_ttl: Seconds = Seconds(120)
    """How long what Slack says about a person and their groups is believed: at most five minutes."""

    def __post_init__(self) -> None:
        if self.people_ttl > 300:
            raise ValueError("people_ttl is longer than 5m: rights that were taken away must end soon")
