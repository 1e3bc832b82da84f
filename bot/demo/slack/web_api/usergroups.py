"""User groups. A disabled one has a ``date_delete`` and is listed only for those who ask."""

from __future__ import annotations

from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.web_api.registry import Call, method


@method("usergroups.list", "usergroups:read", tier=2)
async def list_all(call: Call) -> Json:
    groups = [
        group.to_slack(users=call.flag("include_users"))
        for group in call.state.workspace.groups.values()
        if call.flag("include_disabled") or not group.date_delete
    ]
    return {"usergroups": groups}


@method("usergroups.users.list", "usergroups:read", tier=2)
async def users(call: Call) -> Json:
    group = call.state.workspace.groups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    if group.date_delete and not call.flag("include_disabled"):
        raise SlackError("subteam_disabled")
    return {"users": list(group.users)}
