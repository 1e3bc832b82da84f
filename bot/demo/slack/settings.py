"""What a local Slack is made of: tokens, scopes, the app's name, and Slack's time limits (shortened by tests)."""

from __future__ import annotations

import msgspec

from bot.adapters.slack.scopes import APP_SCOPE, EVENTS, SCOPES


class DoubleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    host: str = "127.0.0.1"
    """Only the loopback: whoever reaches this port may be anybody in the workspace."""

    port: int = 0
    """TCP port; 0 takes a free one."""

    bot_token: str = "xoxb-demo"  # noqa: S105 - opens nothing but this double
    app_token: str = "xapp-demo"  # noqa: S105 - opens nothing but this double
    signing_secret: str = "demo-signing-secret"  # noqa: S105 - opens nothing but this double

    bot_scopes: tuple[str, ...] = tuple(SCOPES)
    """What the bot token may do: no more than our own manifest asks for."""

    app_scopes: tuple[str, ...] = (APP_SCOPE,)
    """What the app-level token may do."""

    request_url: str = ""
    """HTTP mode: where deliveries are posted. Empty: Socket Mode."""

    app_name: str = "Watchkeeper"
    team_name: str = "Watchkeeper demo workspace"
    commands: tuple[tuple[str, str, str], ...] = (
        ("/k8s", "Ask about the cluster", "help | describe KIND/NAME | logs POD|KIND/NAME"),
    )
    """Slash commands of the app: name, description, usage hint."""

    may: dict[str, str] = {}
    """Person's name -> what the app lets them do, in words; the page tells it beside their role."""

    should_escape: bool = False
    """Turn ``@name`` and ``#channel`` behind a slash command into ids, and escape ``&``, ``<`` and ``>``."""

    shortcuts: tuple[tuple[str, str], ...] = ()
    """Message shortcuts: callback id, name."""

    events: tuple[str, ...] = EVENTS
    """Event subscriptions: those of our own manifest. ``message.channels`` can be had too. Each needs its scope."""

    ack: float = 3.0
    """Seconds an app has to acknowledge a delivery."""

    trigger: float = 3.0
    """Seconds that a ``trigger_id`` opens a modal."""

    response_url_life: float = 1800.0
    response_url_uses: int = 5

    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    """Seconds before each redelivery of an event that was not acknowledged."""

    upload_delay: float = 0.3
    """Seconds that an uploaded file is not yet to be used."""

    edit_window: float = 0.0
    """Seconds in which a message can be edited; 0: always."""

    connections: int = 10
    """Socket Mode connections that an app may hold."""

    rate_limits: bool = False
    """Hold the app to Slack's rates from the start."""

    history: int = 200
    """Newest messages of a channel that the page is given."""
