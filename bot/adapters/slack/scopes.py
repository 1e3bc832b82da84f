"""The scopes of the bot token and what each is for: the manifest asks for them, the start check looks for them."""

from __future__ import annotations

SCOPES = {
    "commands": "offer the slash command",
    "chat:write": "post and edit alerts and answers",
    "chat:write.public": "post to public channels without being invited",
    "files:write": "send charts and long logs",
    "files:read": "know when a chart is ready to be shown",
    "users:read": "tell members from guests, bots and people of other organisations",
    "usergroups:read": "know who is in the user groups that the policy names",
    "channels:read": "find public channels by name",
    "channels:join": "join a public channel in which its own messages must be found again",
    "channels:history": "find its own message again after a crash, so that nothing is posted twice",
    "groups:read": "find private channels by name",
    "groups:history": "the same as channels:history, in private channels that it was invited to",
    "im:write": "answer a person directly where it cannot answer in the channel",
    "im:history": "answer what is written to it directly",
    "app_mentions:read": "answer when it is mentioned",
}

EVENTS = ("app_mention", "app_home_opened", "message.im")
"""What Slack is asked to tell us about; each is covered by a scope above."""

APP_SCOPE = "connections:write"  # of the app-level token, for Socket Mode
