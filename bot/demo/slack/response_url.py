"""What an app answers through a ``response_url``, or together with its acknowledgement of a command."""

from __future__ import annotations

import json

from aiohttp import web

from bot.demo.slack.content import message_content
from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.state import State
from bot.demo.slack.tickets import ResponseTicket

GONE = {"expired_url", "used_url", "no_such_url"}


def _true(body: Json, name: str) -> bool:
    return str(body.get(name, "")).lower() == "true"


def respond(state: State, ticket: ResponseTicket, body: Json) -> None:
    """Show, replace or delete. Raises SlackError.

    A slash command has no original: ``replace_original`` then posts one more message, as Slack does.
    """
    channel = state.workspace.channels[ticket.channel]
    if ticket.message and _true(body, "delete_original"):
        _replace(state, ticket, None)
        return
    content = message_content(state, body)
    if ticket.message and _true(body, "replace_original"):
        _replace(state, ticket, content)
        return
    thread = str(body.get("thread_ts") or "")
    if body.get("response_type") == "in_channel":
        state.messages.post(channel, content, author=state.workspace.author(), thread=thread)
    else:
        state.messages.ephemeral(channel, ticket.user_id, content, thread=thread)


def _replace(state: State, ticket: ResponseTicket, content: Json | None) -> None:
    channel = state.workspace.channels[ticket.channel]
    if ticket.ephemeral:
        message = state.messages.find_ephemeral(ticket.user_id, ticket.message)
        if message is not None:
            state.messages.change_ephemeral(ticket.user_id, message, content)
    elif content is None:
        state.messages.delete(channel, ticket.message)
    else:
        whole = {"blocks": None, "attachments": None, **content}
        state.messages.change(channel, ticket.message, whole, edited_by=state.workspace.bot.id)


async def handle(state: State, request: web.Request) -> web.StreamResponse:
    """``POST /response/...``"""
    try:
        body = json.loads(await request.text())
        respond(state, state.tickets.answer(request.match_info["ticket"]), dict(body))
    except (TypeError, ValueError):
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    except SlackError as error:
        status = 404 if error.code in GONE else 400
        return web.json_response({"ok": False, "error": error.code, **error.extra}, status=status)
    return web.Response(text="ok")
