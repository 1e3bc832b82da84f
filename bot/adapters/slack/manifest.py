"""The app manifest: what to paste into Slack to make an app that fits these settings."""

from __future__ import annotations

from typing import Any

import yaml

from bot.adapters.slack.scopes import EVENTS, SCOPES
from bot.adapters.slack.settings import SlackSettings

NAME = "Watchkeeper"
_DESCRIPTION = "Stands watch over Kubernetes: says what broke and why, once"
_LONG = (
    "Watchkeeper watches Kubernetes clusters and tells the right channel what broke, why, and what changed before it. "
    "People look into it and act from Slack with a slash command and buttons; who may do what is decided by a policy "
    "that denies by default, and every decision is kept in an audit log that can be verified."
)
_HELP = "logs, describe, help on your workloads"
_USAGE = "help | logs deploy/api -n shop | describe pod/api-0 -n shop"

# Slack's documented limits (slackapi/manifest-schema).
LIMITS = {"name": 35, "description": 140, "long_description": 4000, "command": 32, "command description": 2000}
_LEAST_LONG_DESCRIPTION = 174


def manifest(settings: SlackSettings) -> dict[str, Any]:
    """As plain data. In HTTP mode it needs ``http.public_url``; without it a placeholder stands there."""
    http = settings.mode == "http"
    url = (settings.http.public_url or "https://REPLACE-ME.example.com").rstrip("/") + settings.http.path
    request = {"request_url": url} if http else {}
    command = {"command": settings.command, "description": _HELP, "usage_hint": _USAGE, "should_escape": False}
    return {
        "display_information": {
            "name": NAME,
            "description": _DESCRIPTION,
            "long_description": _LONG,
            "background_color": "#1f2d3d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME.lower(), "always_online": True},
            "slash_commands": [{**command, "url": url} if http else command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not http,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(settings: SlackSettings) -> str:
    """Ready to paste under "From an app manifest"."""
    return yaml.safe_dump(manifest(settings), sort_keys=False, allow_unicode=True, width=120)


def problems(made: dict[str, Any]) -> list[str]:
    """What Slack would refuse about a manifest."""
    shown = made["display_information"]
    command = made["features"]["slash_commands"][0]
    texts = {
        "name": shown["name"],
        "description": shown["description"],
        "long_description": shown["long_description"],
        "command": command["command"],
        "command description": command["description"],
    }
    found = [
        f"{name} is longer than {LIMITS[name]} characters" for name, text in texts.items() if len(text) > LIMITS[name]
    ]
    if len(shown["long_description"]) < _LEAST_LONG_DESCRIPTION:
        found.append(f"long_description is shorter than {_LEAST_LONG_DESCRIPTION} characters")
    if len(command.get("usage_hint", "")) > 1000:
        found.append("usage_hint is longer than 1000 characters")
    url = command.get("url")
    if url is not None and not url.startswith("https://"):
        found.append(f"slack.http.public_url: Slack only calls https addresses, not {url}")
    return found
