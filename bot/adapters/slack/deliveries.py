"""Slack's payloads -> Request. The id is made of what stays the same when Slack delivers the same thing again.

Slash commands, buttons and shortcuts carry a ``trigger_id`` of their own, events an ``event_id``; the envelope's id is
new for each redelivery and of no use.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

from bot.adapters.slack.controls import BUTTON, MENU
from bot.core.ports import Posted
from commands.model import Actor, Request

Payload = dict[str, Any]


class Delivery(msgspec.Struct, frozen=True):
    """A request and the ways back to whoever made it.

    ``ephemeral``: the button pressed hangs on a message that only the presser sees, which an answer may replace.
    ``thread`` is where a mention stood.
    """

    request: Request
    response_url: str = ""
    ephemeral: bool = False
    thread: str = ""


def _id(kind: str, body: Payload, *names: str) -> str:
    for name in names:
        if value := body.get(name):
            return f"{kind}:{value}"
    canonical = json.dumps(body, sort_keys=True, default=str)
    return f"{kind}:{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"


def _actor(body: Payload) -> Actor:
    """The team is that of the person (``user.team_id``), which in a shared channel is not that of the channel."""
    user = body.get("user")
    person = user if isinstance(user, dict) else {"id": body.get("user_id")}
    team = person.get("team_id") or _part(body, "team") or body.get("team_id") or ""
    return Actor(team, person.get("id") or "", _part(body, "enterprise") or body.get("enterprise_id") or "")


def _part(body: Payload, name: str) -> str:
    part = body.get(name)
    return (part.get("id") or "") if isinstance(part, dict) else ""


def from_command(body: Payload, now: float) -> Delivery:
    request = Request(
        id=_id("slash", body, "trigger_id"),
        actor=_actor(body),
        channel=body.get("channel_id") or "",
        source="slash",
        text=body.get("text") or "",
        channel_name=body.get("channel_name") or "",
        received_at=now,
    )
    return Delivery(request, body.get("response_url") or "")


def from_action(body: Payload, now: float) -> Delivery | None:
    """A pressed button or a chosen menu entry of ours; None for anything else (links also report their clicks)."""
    action: Payload = next(iter(body.get("actions") or []), {})
    kind = str(action.get("action_id", "")).rpartition(".")[0]
    value = action.get("value") if kind == BUTTON else (action.get("selected_option") or {}).get("value")
    if kind not in (BUTTON, MENU) or not value:
        return None
    container = body.get("container") or {}
    channel = _part(body, "channel") or container.get("channel_id") or ""
    ts = (body.get("message") or {}).get("ts") or container.get("message_ts") or ""
    request = Request(
        id=_id("button", body, "trigger_id"),
        actor=_actor(body),
        channel=channel,
        source="button",
        button=value,
        message=Posted(channel, ts) if channel and ts else None,
        channel_name=(body.get("channel") or {}).get("name") or "",
        received_at=now,
    )
    return Delivery(request, body.get("response_url") or "", bool(container.get("is_ephemeral")))


def from_shortcut(body: Payload, now: float) -> Delivery:
    """A message shortcut; ``text`` is its callback id, ``message`` what it was used on."""
    channel = _part(body, "channel")
    ts = (body.get("message") or {}).get("ts") or ""
    request = Request(
        id=_id("shortcut", body, "trigger_id"),
        actor=_actor(body),
        channel=channel,
        source="shortcut",
        text=body.get("callback_id") or "",
        message=Posted(channel, ts) if channel and ts else None,
        received_at=now,
    )
    return Delivery(request, body.get("response_url") or "")


def from_mention(body: Payload, bot_user: str, now: float) -> Delivery | None:
    """What stands behind our name, or all of it without one. None when no person wrote it."""
    event = body.get("event") or {}
    if not event.get("user") or event.get("bot_id"):
        return None
    name = re.compile(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>")
    text = name.split(event.get("text") or "", maxsplit=1)[-1]
    request = Request(
        id=_id("event", body, "event_id"),
        actor=_event_actor(body),
        channel=event.get("channel") or "",
        source="mention",
        text=text.strip(),
        received_at=now,
    )
    return Delivery(request, thread=event.get("thread_ts") or "")


def from_direct(body: Payload, bot_user: str, now: float) -> Delivery | None:
    """What somebody writes to the app in their conversation with it. None for edits, and for what is no person's."""
    event = body.get("event") or {}
    if event.get("channel_type") != "im" or event.get("subtype"):
        return None
    return from_mention(body, bot_user, now)


def from_home(body: Payload, now: float) -> Delivery | None:
    """The Home tab was opened; the answer is what it shows."""
    event = body.get("event") or {}
    if event.get("tab", "home") != "home" or not event.get("user"):
        return None
    request = Request(_id("event", body, "event_id"), _event_actor(body), "", "home", received_at=now)
    return Delivery(request)


def _event_actor(body: Payload) -> Actor:
    event = body.get("event") or {}
    team = event.get("user_team") or event.get("source_team") or event.get("team") or body.get("team_id") or ""
    return Actor(team, event.get("user") or "", body.get("enterprise_id") or "")
