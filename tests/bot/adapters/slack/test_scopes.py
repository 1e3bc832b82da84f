"""Every Web API method that the adapter calls has its scope in the table."""

from __future__ import annotations

import re
from pathlib import Path

import bot.adapters.slack
from bot.adapters.slack.scopes import SCOPES

NEEDED = {
    "apps.connections.open": "",
    "auth.test": "",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.join": "channels:join",
    "conversations.list": "groups:read",
    "conversations.open": "im:write",
    "conversations.replies": "groups:history",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "users.info": "users:read",
    "views.publish": "",
}


def test_what_is_called_is_asked_for() -> None:
    families = "apps|auth|chat|conversations|files|usergroups|users|views"
    folder = Path(bot.adapters.slack.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    called = set(re.findall(rf'"((?:{families})\.[a-zA-Z.]+)"', source))
    assert called == set(NEEDED)
    assert {scope for scope in NEEDED.values() if scope} <= set(SCOPES)
