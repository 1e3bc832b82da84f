"""Who a token is, and the way into Socket Mode."""

from __future__ import annotations

import secrets
import socket

from bot.demo.slack.blocks.layout import check_blocks
from bot.demo.slack.content import invalid_blocks
from bot.demo.slack.model import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, Json
from bot.demo.slack.web_api.registry import Call, method


@method("api.test", token="none")  # noqa: S106 - a kind, not a token
async def api_test(call: Call) -> Json:
    return {"args": call.args}


@method("auth.test", tier=4, token="any")  # noqa: S106 - a kind, not a token
async def auth_test(call: Call) -> Json:
    if call.token.kind == "app":
        return {"app_name": call.state.settings.app_name, "app_id": APP_ID}
    return {
        "url": call.state.base_url + "/",
        "team": call.state.settings.team_name,
        "user": call.state.workspace.bot.name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", "connections:write", tier=1, token="app")  # noqa: S106 - a kind, not a token
async def open_connection(call: Call) -> Json:
    """A one-time address. With the fault on, one where nobody listens."""
    state = call.state
    ticket = secrets.token_urlsafe(16)
    if state.faults.dead_socket_urls:
        state.faults.dead_socket_urls -= 1
        return {"url": f"ws://127.0.0.1:{_closed_port()}/socket?ticket={ticket}"}
    state.socket_tickets.add(ticket)
    return {"url": f"{state.base_url.replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={APP_ID}"}


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@method("blocks.validate", tier=4)
async def validate_blocks(call: Call) -> Json:
    errors = check_blocks(call.json("blocks"), file_ready=call.state.files.usable)
    if errors:
        raise invalid_blocks(errors)
    return {}
