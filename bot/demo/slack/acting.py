"""``act``: what a person does on the page, said in JSON, and what they then see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from bot.demo.slack import controls, envelopes
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.model import Channel, Json, SlackError, User
from bot.demo.slack.state import State

WAIT = 5.0
QUIET = 0.4  # seconds without anything new that end the waiting
SEEN = {"message", "message_changed", "ephemeral", "view", "home", "notice"}
Work = Awaitable[Any] | None


class Acting:
    def __init__(self, state: State, delivery: Delivery) -> None:
        self.state = state
        self.delivery = delivery

    async def act(self, body: Json) -> Json:
        """Raises SlackError for what cannot be done (nobody of that name, no such button)."""
        user = self.state.workspace.user(str(body.get("as", "")))
        if "options" in body:
            return {"ok": True, **await self.delivery.options(self._suggestion(user, body["options"]))}
        wait = float(body.get("wait", WAIT))
        with self.state.workspace.feed.listen(user.id) as queue:
            if "submit" in body:
                errors = await self._submit(user, body)
                seen = await self._collect(queue, user, 0 if errors else wait)
                return {"ok": True, "seen": seen, **({"errors": errors} if errors else {})}
            work = self._begin(user, body)
            if work is not None:
                self.state.spawn(_run(work))
            return {"ok": True, "seen": await self._collect(queue, user, wait)}

    def _begin(self, user: User, body: Json) -> Work:
        """Check that it can be done and hand back the delivery that remains to be awaited, if any."""
        if "home" in body:
            return self._home(user, body)
        if "view" in body:
            return self._in_view(user, body)
        channel = self._channel(user, str(body.get("channel", "")))
        if "command" in body:
            return self._command(user, channel, body)
        if "text" in body:
            self._say(user, channel, body)
            return None
        if "message" not in body:
            raise SlackError("invalid_act", detail="say what to do: command, text, button, shortcut, view or home")
        message = self._message(user, channel, str(body["message"]))
        if "shortcut" in body:
            payload = envelopes.message_shortcut(self.state, user, channel, message, str(body["shortcut"]))
            return self.delivery.interact(user, payload, channel.id)
        blocks = message.get("blocks", [])
        pressed = self._pressed(blocks, body)
        values = controls.values(blocks, {})
        payload = envelopes.block_actions_in_message(self.state, user, channel, message, actions=pressed, values=values)
        return self.delivery.interact(user, payload, channel.id)

    def _channel(self, user: User, name: str) -> Channel:
        wanted = name.removeprefix("#")
        if wanted in ("im", "app", self.state.settings.app_name):
            return self.state.workspace.im(user.id)
        for channel in self.state.workspace.seen_by(user.id):
            if wanted in (channel.id, channel.name):
                return channel
        raise SlackError("channel_not_found", detail=f"{user.name} is in no channel called {name!r}")

    def _message(self, user: User, channel: Channel, ts: str) -> Json:
        own = self.state.messages.find_ephemeral(user.id, ts)
        return own if own is not None and own["channel"] == channel.id else self.state.messages.get(channel, ts)

    def _pressed(self, blocks: list[Json], body: Json) -> list[Json]:
        block, control = controls.find(blocks, str(body.get("button", "")), str(body.get("block_id", "")))
        return [controls.action(block, control, body.get("value"), self.state.workspace.new_ts())]

    def _command(self, user: User, channel: Channel, body: Json) -> Work:
        command, _, text = str(body["command"]).strip().partition(" ")
        if body.get("thread_ts"):
            self.delivery.notice(user, f"{command} is not supported in threads. Sorry!", "not_in_threads", channel.id)
            return None
        if command not in [name for name, _, _ in self.state.settings.commands]:
            told = f"{command} is not a valid command. In Slack, all messages that start with / are commands."
            self.delivery.notice(user, told, "unknown_command", channel.id)
            return None
        return self.delivery.slash(user, channel, command, text.strip())

    def _say(self, user: User, channel: Channel, body: Json) -> None:
        text = envelopes.with_mentions(self.state, str(body["text"]))
        thread = str(body.get("thread_ts") or "")
        message = self.state.messages.by_person(channel, user.id, text, thread=thread)
        self.delivery.said(channel, message)

    def _home(self, user: User, body: Json) -> Work:
        view = self.state.views.homes.get(user.id)
        if "button" not in body:
            self.delivery.opened_home(user)
            return None
        if view is None:
            raise SlackError("no_home", detail="the app has not published a Home tab for this person")
        return self._press_in(user, view, body)

    def _press_in(self, user: User, view: Json, body: Json) -> Work:
        pressed = self._pressed(view["blocks"], body)
        return self.delivery.interact(user, envelopes.block_actions_in_view(self.state, user, view, pressed))

    def _own_view(self, user: User, view_id: str) -> Json:
        owner, view = self.state.views.find(view_id)
        if owner != user.id:
            raise SlackError("not_found", detail="that view is open at somebody else's")
        return view

    def _in_view(self, user: User, body: Json) -> Work:
        view = self._own_view(user, str(body["view"]))
        if body.get("close"):
            return self.delivery.close(user, view)
        return self._press_in(user, view, body)

    async def _submit(self, user: User, body: Json) -> dict[str, str]:
        view = self._own_view(user, str(body.get("view", "")))
        given = body["submit"] if isinstance(body["submit"], dict) else {}
        values = controls.values(view["blocks"], given)
        return controls.missing(view["blocks"], values) or await self.delivery.submit(user, view, values)

    def _suggestion(self, user: User, asked: Json) -> Json:
        place: tuple[Channel, Json] | Json
        if "view" in asked:
            place = self._own_view(user, str(asked["view"]))
            blocks = place["blocks"]
        else:
            ts = str(asked.get("message", ""))
            channel = self._channel_of(user, asked, ts)
            place = (channel, self._message(user, channel, ts))
            blocks = place[1].get("blocks", [])
        block, control = controls.find(blocks, str(asked.get("action_id", "")), str(asked.get("block_id", "")))
        query = str(asked.get("query", ""))
        return envelopes.suggestion(self.state, user, (block, control), query, place)

    def _channel_of(self, user: User, asked: Json, ts: str) -> Channel:
        if "channel" in asked:
            return self._channel(user, str(asked["channel"]))
        for channel in self.state.workspace.seen_by(user.id):
            if ts in self.state.messages.by_channel[channel.id]:
                return channel
        raise SlackError("message_not_found")

    async def _collect(self, queue: asyncio.Queue[Json], user: User, wait: float) -> list[Json]:
        """What arrives within ``wait`` seconds, each thing in its latest form; ends early when it falls quiet."""
        seen: dict[tuple[str, str], Json] = {}
        deadline = asyncio.get_running_loop().time() + wait
        while (left := deadline - asyncio.get_running_loop().time()) > 0 or not queue.empty():
            try:
                async with asyncio.timeout(max(0.001, min(left, QUIET) if seen else left)):
                    event = await queue.get()
            except TimeoutError:
                break
            found = _seen(event, user)
            if found is not None:
                seen[found[0]] = found[1]
            elif event["type"] == "message_deleted":
                seen.pop((str(event["channel"]), str(event["ts"])), None)
        return [*seen.values()]


async def _run(work: Awaitable[Any]) -> None:
    await work


def _seen(event: Json, user: User) -> tuple[tuple[str, str], Json] | None:
    """A key that stays the same for later versions, and the thing itself; None for what does not count."""
    kind = event["type"]
    if kind not in SEEN:
        return None
    if kind in ("view", "home"):
        return ("view", event["view"]["id"]), event["view"]
    if kind == "notice":
        notice = {
            "type": "notice",
            "ephemeral": True,
            **{key: event[key] for key in ("text", "error", "channel", "ts")},
        }
        return ("notice", event["ts"]), notice
    message = event["message"]
    if message.get("user") == user.id:
        return None  # their own words
    return (str(event["channel"]), str(event["ts"])), message
