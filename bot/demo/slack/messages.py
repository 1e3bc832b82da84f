"""Messages: posting, threads, edits, deletion, reactions, ephemeral ones, and reading them back."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

from bot.demo.slack.model import BOT_USER_ID, TEAM_ID, Channel, Json, SlackError
from bot.demo.slack.workspace import Workspace

EPHEMERALS_KEPT = 20  # per person, so that a reload of the demo's page does not lose the last answers


class Messages:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.by_channel: dict[str, dict[str, Json]] = defaultdict(dict)
        self.ephemerals: dict[str, deque[Json]] = defaultdict(lambda: deque(maxlen=EPHEMERALS_KEPT))

    def _tell(self, kind: str, channel: Channel, message: Json) -> None:
        event = {"type": kind, "channel": channel.id, "ts": message["ts"], "message": message | {"channel": channel.id}}
        self.workspace.feed.tell(event, self.workspace.readers(channel))

    def get(self, channel: Channel, ts: str) -> Json:
        try:
            return self.by_channel[channel.id][ts]
        except KeyError:
            raise SlackError("message_not_found") from None

    def post(self, channel: Channel, content: Json, *, author: Json, thread: str = "", broadcast: bool = False) -> Json:
        """``content``: text, blocks, attachments, files, metadata; only what is given is kept."""
        message: Json = {"type": "message", "ts": self.workspace.new_ts(), **author, **content}
        known = self.by_channel[channel.id]
        parent = known.get(thread) if thread else None
        if thread:
            # Slack takes a reply to a message that is not there and shows it nowhere useful; so do we.
            root = str(parent.get("thread_ts", thread)) if parent else thread
            parent = known.get(root)
            message["thread_ts"] = root
            if broadcast:
                message["subtype"] = "thread_broadcast"
        known[message["ts"]] = message
        self._tell("message", channel, message)
        if parent is not None:
            parent.setdefault("reply_users", [])
            if message["user"] not in parent["reply_users"]:
                parent["reply_users"].append(message["user"])
            parent |= {
                "thread_ts": parent["ts"],
                "reply_count": parent.get("reply_count", 0) + 1,
                "reply_users_count": len(parent["reply_users"]),
                "latest_reply": message["ts"],
            }
            self._tell("message_changed", channel, parent)
        return message

    def change(self, channel: Channel, ts: str, content: Json, *, edited_by: str = "") -> Json:
        """Edit in place. A value of None takes the key away."""
        message = self.get(channel, ts)
        for key, value in content.items():
            if value is None:
                message.pop(key, None)
            else:
                message[key] = value
        if edited_by:
            message["edited"] = {"user": edited_by, "ts": self.workspace.new_ts()}
        self._tell("message_changed", channel, message)
        return message

    def delete(self, channel: Channel, ts: str) -> None:
        message = self.get(channel, ts)
        replies = self.by_channel[channel.id]
        del replies[ts]
        event = {"type": "message_deleted", "channel": channel.id, "ts": ts}
        self.workspace.feed.tell(event, self.workspace.readers(channel))
        parent = replies.get(message.get("thread_ts", ""))
        if parent is not None:
            parent["reply_count"] = max(0, parent.get("reply_count", 1) - 1)
            self._tell("message_changed", channel, parent)

    def ephemeral(self, channel: Channel, user_id: str, content: Json, *, thread: str = "") -> Json:
        """Shown to one person; kept only so that their page can be reloaded."""
        message: Json = {
            "type": "message", "ts": self.workspace.new_ts(), "channel": channel.id, "ephemeral": True,
            "is_ephemeral": True, **self.workspace.author(), **content,
        }  # fmt: skip
        if thread:
            message["thread_ts"] = thread
        self.ephemerals[user_id].append(message)
        event = {"type": "ephemeral", "channel": channel.id, "ts": message["ts"], "message": message}
        self.workspace.feed.tell(event, frozenset({user_id}))
        return message

    def find_ephemeral(self, user_id: str, ts: str) -> Json | None:
        return next((each for each in self.ephemerals[user_id] if each["ts"] == ts), None)

    def change_ephemeral(self, user_id: str, message: Json, content: Json | None) -> None:
        """Only a ``response_url`` can do this; None deletes."""
        readers = frozenset({user_id})
        where = {"channel": message["channel"], "ts": message["ts"]}
        if content is None:
            self.ephemerals[user_id].remove(message)
            self.workspace.feed.tell({"type": "message_deleted", **where}, readers)
            return
        for key in ("text", "blocks", "attachments"):
            message.pop(key, None)
        message |= content
        self.workspace.feed.tell({"type": "ephemeral", **where, "message": message}, readers)

    def react(self, channel: Channel, ts: str, name: str, user_id: str, *, add: bool) -> None:
        message = self.get(channel, ts)
        reactions: list[Json] = message.setdefault("reactions", [])
        found = next((each for each in reactions if each["name"] == name), None)
        if (found is not None and user_id in found["users"]) == add:
            raise SlackError("already_reacted" if add else "no_reaction")
        if found is None:
            found = {"name": name, "users": [], "count": 0}
            reactions.append(found)
        if add:
            found["users"].append(user_id)
        else:
            found["users"].remove(user_id)
        found["count"] = len(found["users"])
        message["reactions"] = [each for each in reactions if each["users"]]
        self._tell("reaction", channel, message)

    def history(self, channel: Channel) -> list[Json]:
        """The channel as it scrolls, newest first: no thread replies but those that were also sent to it."""
        found = [
            message
            for message in self.by_channel[channel.id].values()
            if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"
        ]
        return sorted(found, key=lambda message: str(message["ts"]), reverse=True)

    def thread(self, channel: Channel, ts: str) -> list[Json]:
        """The parent and its replies, oldest first."""
        known = self.by_channel[channel.id]
        if ts not in known:
            raise SlackError("thread_not_found")
        root = known[ts].get("thread_ts", ts)
        replies = [each for each in known.values() if each.get("thread_ts") == root and each["ts"] != root]
        parents = [known[root]] if root in known else []
        return parents + sorted(replies, key=lambda message: str(message["ts"]))

    def newest(self, user_id: str, channel: Channel, count: int) -> list[Json]:
        """What the page shows of a channel: the newest messages and this person's ephemeral ones, in order."""
        known = self.by_channel[channel.id]
        latest: list[Any] = list(known.values())[-count:]
        mine = [each for each in self.ephemerals[user_id] if each["channel"] == channel.id]
        return sorted([each | {"channel": channel.id} for each in latest] + mine, key=lambda each: str(each["ts"]))

    def by_person(self, channel: Channel, user_id: str, text: str, *, thread: str = "") -> Json:
        """An ordinary message of a person."""
        if channel.is_archived:
            raise SlackError("is_archived")
        if user_id not in channel.members or user_id == BOT_USER_ID:
            raise SlackError("not_in_channel")
        author = {"user": user_id, "team": TEAM_ID, "client_msg_id": self.workspace.new_id("m")}
        return self.post(channel, {"text": text}, author=author, thread=thread)
