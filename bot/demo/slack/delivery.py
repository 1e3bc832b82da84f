"""Bringing to the app what people do, and showing them what comes back with the acknowledgement, or that none came."""

from __future__ import annotations

import asyncio

from bot.demo.slack import envelopes
from bot.demo.slack.content import invalid_blocks
from bot.demo.slack.http_mode import HttpMode
from bot.demo.slack.model import BOT_USER_ID, Channel, Json, SlackError, User
from bot.demo.slack.ports import Answer, Failure, Transport
from bot.demo.slack.response_url import respond
from bot.demo.slack.socket import SocketMode
from bot.demo.slack.state import State
from bot.demo.slack.views import check_view

CODES: dict[Failure, str] = {"timeout": "operation_timeout", "not_connected": "dispatch_failed", "error": "http_error"}


EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "app_home_opened": "",
}


class Delivery:
    def __init__(self, state: State, socket: SocketMode, http: HttpMode) -> None:
        self.state = state
        self.socket = socket
        self.http = http

    @property
    def transport(self) -> Transport:
        return self.http if self.http.request_url else self.socket

    def notice(self, user: User, text: str, code: str, channel: str = "") -> None:
        """What Slack itself tells one person."""
        event = {"type": "notice", "channel": channel or None, "text": text, "error": code}
        event["ts"] = self.state.workspace.new_ts()
        self.state.workspace.feed.tell(event, frozenset({user.id}))

    async def slash(self, user: User, channel: Channel, command: str, text: str) -> None:
        payload = envelopes.slash(self.state, user, channel, command, text)
        answer = await self.transport.send("slash_commands", payload)
        if answer.failure == "timeout":
            self.notice(user, f"{command} failed because the app did not respond", "operation_timeout", channel.id)
        elif answer.failure:
            code = CODES[answer.failure]
            self.notice(user, f'{command} failed with the error "{code}"', code, channel.id)
        elif answer.payload:
            ticket = self.state.tickets.answer(payload["response_url"].partition("/response/")[2])
            try:
                respond(self.state, ticket, answer.payload)
            except SlackError as error:
                self.notice(user, f'{command} failed with the error "{error.code}"', error.code, channel.id)

    async def interact(self, user: User, payload: Json, channel: str = "") -> Answer:
        """A button, a menu, a shortcut. A warning when it was not acknowledged."""
        answer = await self.transport.send("interactive", payload)
        if answer.failure:
            text = "This app is not responding. Something went wrong: try again in a moment"
            self.notice(user, text, CODES[answer.failure], channel)
        return answer

    async def submit(self, user: User, view: Json, values: Json) -> dict[str, str]:
        """A modal's submit. Gives back the complaints by block id; empty when it was taken."""
        view["state"] = {"values": values}
        payload = envelopes.view_submission(self.state, user, view)
        answer = await self.transport.send("interactive", payload)
        if answer.failure:
            self.notice(user, "We had some trouble connecting. Try again?", CODES[answer.failure])
            return {}
        try:
            return self._react(user, view, answer.payload)
        except SlackError as error:
            self.notice(user, "We had some trouble connecting. Try again?", error.code)
            return {}

    def _react(self, user: User, view: Json, payload: Json) -> dict[str, str]:
        """What the app wants done with the modal: ``response_action``; without one it closes."""
        views = self.state.views
        action = payload.get("response_action")
        if action == "errors":
            errors = payload.get("errors")
            known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            if not isinstance(errors, dict) or not errors or not errors.keys() <= known:
                raise SlackError("invalid_errors")
            return {str(key): str(value) for key, value in errors.items()}
        if action in ("update", "push"):
            problems = check_view(payload.get("view"))
            if problems:
                raise invalid_blocks(problems)
            if action == "update":
                views.update(view["id"], payload["view"])
            else:
                views.open(user.id, payload["view"], push=True)
        elif action == "clear":
            views.clear(user.id)
        elif action is None:
            views.close(user.id, view["id"])
        else:
            raise SlackError("invalid_response_action")
        return {}

    async def close(self, user: User, view: Json) -> None:
        self.state.views.close(user.id, view["id"])
        if view["notify_on_close"]:
            await self.transport.send("interactive", envelopes.view_closed(self.state, user, view))

    async def options(self, payload: Json) -> Json:
        """Options for an external menu, as the app gives them."""
        answer = await self.transport.send("interactive", payload)
        if answer.failure:
            raise SlackError(CODES[answer.failure])
        if "option_groups" in answer.payload:
            return {"option_groups": answer.payload["option_groups"]}
        options = answer.payload.get("options", [])
        if not isinstance(options, list) or len(options) > 100:
            raise SlackError("too_many_options")
        return {"options": options}

    async def event(self, inner: Json) -> None:
        """An event, redelivered a few times until it is acknowledged."""
        payload = envelopes.event(self.state, inner)
        answer = await self.transport.send("events_api", payload)
        for attempt, delay in enumerate(self.state.settings.event_retries, 1):
            if not answer.failure or answer.final:
                return
            await asyncio.sleep(delay)
            reason = {"not_connected": "socket_closed"}.get(answer.failure, answer.failure)
            answer = await self.transport.send("events_api", payload, attempt=attempt, reason=reason)

    def _subscribed(self, event: str) -> bool:
        """Slack sends only what was subscribed to and what the token's scopes cover."""
        settings = self.state.settings
        return event in settings.events and EVENT_SCOPES[event] in (*settings.bot_scopes, "")

    def said(self, channel: Channel, message: Json) -> None:
        """Events that an ordinary message gives rise to."""
        if BOT_USER_ID not in channel.members:
            return
        inner: Json = {
            **{
                key: message[key]
                for key in ("user", "team", "text", "ts", "client_msg_id", "thread_ts")
                if key in message
            },
            "channel": channel.id,
            "event_ts": message["ts"],
        }
        if channel.kind == "im" and self._subscribed("message.im"):
            self.state.spawn(self.event({**inner, "type": "message", "channel_type": "im"}))
        elif channel.kind == "channel":
            if self._subscribed("message.channels"):
                self.state.spawn(self.event({**inner, "type": "message", "channel_type": "channel"}))
            if f"<@{BOT_USER_ID}>" in message["text"] and self._subscribed("app_mention"):
                self.state.spawn(self.event({**inner, "type": "app_mention"}))

    def opened_home(self, user: User) -> None:
        if not self._subscribed("app_home_opened"):
            return
        im = self.state.workspace.im(user.id)
        inner: Json = {"type": "app_home_opened", "user": user.id, "channel": im.id, "tab": "home"}
        inner["event_ts"] = self.state.workspace.new_ts()
        if user.id in self.state.views.homes:
            inner["view"] = self.state.views.homes[user.id]
        self.state.spawn(self.event(inner))
