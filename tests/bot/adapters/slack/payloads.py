"""Payloads as Slack sends them, shortened to what is read."""

from __future__ import annotations

from typing import Any


def command(text: str = "help", trigger: str = "1.2.abc", **extra: Any) -> dict[str, Any]:
    return {
        "command": "/k8s",
        "text": text,
        "team_id": "T1",
        "user_id": "U0DANA",
        "user_name": "dana",
        "channel_id": "C0000001",
        "channel_name": "k8s-alerts",
        "trigger_id": trigger,
        **extra,
    }


def press(value: str = "f" * 24, action_id: str = "wk.button.1", **extra: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": "T1", "domain": "acme"},
        "user": {"id": "U0DANA", "team_id": "T1"},
        "channel": {"id": "C0000001", "name": "k8s-alerts"},
        "message": {"ts": "100.1"},
        "container": {"type": "message", "message_ts": "100.1", "channel_id": "C0000001", "is_ephemeral": False},
        "trigger_id": "3.4.def",
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "5.6"}],
        **extra,
    }


def mention(text: str, event_id: str = "Ev1", **event: Any) -> dict[str, Any]:
    inner = {"type": "app_mention", "user": "U0DANA", "text": text, "channel": "C0000001", "ts": "7.8", "team": "T1"}
    return {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": {**inner, **event}}


def direct(text: str, **event: Any) -> dict[str, Any]:
    return mention(text, event_id="Ev3", type="message", channel="D0000001", channel_type="im", **event)


def home(tab: str = "home") -> dict[str, Any]:
    event = {"type": "app_home_opened", "user": "U0DANA", "tab": tab, "channel": "D1"}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev2", "event": event}
