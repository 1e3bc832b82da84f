"""The payloads that Slack sends to an app: commands, interactions, events. Data only; ``delivery`` sends them."""

from __future__ import annotations

import re

from bot.demo.slack.model import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, Channel, Json, User
from bot.demo.slack.state import State

TOKEN = "demo-verification-token"  # noqa: S105 - long deprecated at Slack, still in every payload
DOMAIN = "watchkeeper-demo"
_MENTION = re.compile(r"(?<![\w<])@([\w.-]+)")
_CHANNEL = re.compile(r"(?<![\w<])#([\w-]+)")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def with_mentions(state: State, text: str, *, named: bool = False) -> str:
    """Typed text as Slack stores it: ``@dana`` becomes ``<@U0DANA>``, with ``named`` also ``<@U0DANA|dana>``."""
    known = {user.name.lower(): user for user in state.workspace.users.values()}
    known[state.settings.app_name.lower()] = state.workspace.bot

    def person(match: re.Match[str]) -> str:
        user = known.get(match[1].lower())
        return match[0] if user is None else f"<@{user.id}|{user.name}>" if named else f"<@{user.id}>"

    def channel(match: re.Match[str]) -> str:
        found = next((each for each in state.workspace.channels.values() if each.name == match[1]), None)
        return match[0] if found is None else f"<#{found.id}|{found.name}>"

    return _CHANNEL.sub(channel, _MENTION.sub(person, escape(text)))


def response_url(state: State, ticket: str) -> str:
    return f"{state.base_url}/response/{ticket}"


def _user(user: User) -> Json:
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def _envelope(state: State, user: User, kind: str) -> Json:
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": DOMAIN},
        "user": _user(user),
        "api_app_id": APP_ID,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": state.tickets.trigger(user.id),
    }


def _channel_name(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else "privategroup" if channel.is_private else channel.name


def slash(state: State, user: User, channel: Channel, command: str, text: str) -> Json:
    return {
        "token": TOKEN,
        "team_id": user.team_id,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": with_mentions(state, text, named=True) if state.settings.should_escape else text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url(state, state.tickets.response(user.id, channel.id)),
        "trigger_id": state.tickets.trigger(user.id),
    }


def _on_message(state: State, user: User, channel: Channel, message: Json) -> Json:
    """Where a message's button was pressed. Of an ephemeral message Slack tells no content."""
    ephemeral = bool(message.get("ephemeral"))
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    ticket = state.tickets.response(user.id, channel.id, message=message["ts"], ephemeral=ephemeral)
    payload: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "response_url": response_url(state, ticket),
    }
    if not ephemeral:
        payload["message"] = {key: value for key, value in message.items() if key != "metadata"}
    return payload


def block_actions_in_message(
    state: State, user: User, channel: Channel, message: Json, *, actions: list[Json], values: Json
) -> Json:
    return {
        **_envelope(state, user, "block_actions"),
        **_on_message(state, user, channel, message),
        "state": {"values": values},
        "actions": actions,
    }


def block_actions_in_view(state: State, user: User, view: Json, actions: list[Json]) -> Json:
    return {
        **_envelope(state, user, "block_actions"),
        "container": {"type": "view", "view_id": view["id"]},
        "view": view,
        "actions": actions,
    }


def view_submission(state: State, user: User, view: Json) -> Json:
    return {**_envelope(state, user, "view_submission"), "view": view, "response_urls": []}


def view_closed(state: State, user: User, view: Json, *, cleared: bool = False) -> Json:
    payload = {**_envelope(state, user, "view_closed"), "view": view, "is_cleared": cleared}
    del payload["trigger_id"]
    return payload


def suggestion(
    state: State, user: User, menu: tuple[Json, Json], query: str, place: tuple[Channel, Json] | Json
) -> Json:
    """``menu``: the block and the control in it. ``place``: a channel and a message in it, or a view."""
    block, control = menu
    payload = {
        **_envelope(state, user, "block_suggestion"),
        "action_id": control["action_id"],
        "block_id": block["block_id"],
        "value": query,
    }
    del payload["trigger_id"]
    if isinstance(place, tuple):
        payload |= _on_message(state, user, *place)
        del payload["response_url"]
    else:
        payload |= {"view": place, "container": {"type": "view", "view_id": place["id"]}}
    return payload


def message_shortcut(state: State, user: User, channel: Channel, message: Json, callback_id: str) -> Json:
    ticket = state.tickets.response(user.id, channel.id)
    return {
        **_envelope(state, user, "message_action"),
        "callback_id": callback_id,
        "action_ts": state.workspace.new_ts(),
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message_ts": message["ts"],
        "message": message,
        "response_url": response_url(state, ticket),
    }


def _ext_shared(state: State, inner: Json) -> bool:
    channel = state.workspace.channels.get(str(inner.get("channel")))
    return channel is not None and channel.is_ext_shared


def event(state: State, inner: Json) -> Json:
    """The wrapper of the Events API. ``event_id`` stays the same for every redelivery."""
    return {
        "token": TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": state.workspace.new_id("Ev"),
        "event_time": int(state.clock()),
        "authorizations": [
            {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True, "bot_id": BOT_ID}
        ],
        "is_ext_shared_channel": _ext_shared(state, inner),
        "event_context": state.workspace.new_id("4-"),
    }
