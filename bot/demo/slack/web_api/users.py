"""Accounts and their groups."""

from __future__ import annotations

from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.web_api.registry import Call, method


@method("users.info", "users:read", tier=4)
async def info(call: Call) -> Json:
    user = call.state.workspace.users.get(call.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user.to_slack(email="users:read.email" in call.token.scopes)}


@method("users.list", "users:read", tier=2)
async def list_all(call: Call) -> Json:
    page, more = call.page([*call.state.workspace.users.values()])
    email = "users:read.email" in call.token.scopes
    return {"members": [user.to_slack(email=email) for user in page], **more}


@method("users.lookupByEmail", "users:read.email")
async def by_email(call: Call) -> Json:
    wanted = call.text("email")
    for user in call.state.workspace.users.values():
        if user.email == wanted and not user.deleted:
            return {"user": user.to_slack(email=True)}
    raise SlackError("users_not_found")
