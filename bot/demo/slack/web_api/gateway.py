"""``/api/METHOD`` over HTTP: reading arguments, tokens, scopes, rates, faults, and the shape of every answer."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from aiohttp import web

from bot.demo.slack.faults import Fault
from bot.demo.slack.model import Json, SlackError, Token
from bot.demo.slack.state import State
from bot.demo.slack.web_api import auth, chat, conversations, files, reactions, usergroups, users, views
from bot.demo.slack.web_api.registry import METHODS, Call, Method

FAMILIES = (auth, chat, conversations, files, reactions, usergroups, users, views)


async def read_arguments(request: web.Request) -> Json:
    """Query and body together, as Slack takes them; the body wins."""
    args: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            try:
                body = json.loads(await request.text() or "{}")
            except ValueError:
                raise SlackError("invalid_json") from None
            if not isinstance(body, dict):
                raise SlackError("json_not_object")
            args |= body
        elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        elif await request.read():
            raise SlackError("invalid_post_type")
    return args


def reset(request: web.Request) -> web.Response:
    """Break the connection under the caller's feet."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


class Gateway:
    def __init__(self, state: State) -> None:
        self.state = state

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self.state.faults.take(name)
        if fault is not None:
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            elif fault.kind != "reset_after":
                return self._broken(request, fault)
        headers = {"x-slack-req-id": secrets.token_hex(16)}
        try:
            answer: Json = {"ok": True, **await self._call(name, request, headers)}
        except SlackError as error:
            if error.code == "ratelimited":
                headers["Retry-After"] = str(error.extra["retry_after"])
                return web.json_response({"ok": False, "error": error.code}, status=429, headers=headers)
            answer = {"ok": False, "error": error.code, **error.extra}
        if fault is not None and fault.kind == "reset_after":
            return reset(request)
        return web.json_response(answer, headers=headers)

    @staticmethod
    def _broken(request: web.Request, fault: Fault) -> web.Response:
        if fault.kind == "reset":
            return reset(request)
        if fault.kind == "ratelimited":
            headers = {"Retry-After": str(int(fault.seconds))}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.kind == "error":
            return web.json_response({"ok": False, "error": fault.code})
        return web.Response(status=fault.status, text="upstream connect error", content_type="text/html")

    async def _call(self, name: str, request: web.Request, headers: dict[str, str]) -> Json:
        found = METHODS.get(name)
        if found is None:
            raise SlackError("unknown_method", req_method=name)
        args = await read_arguments(request)
        token = self._token(found, request, args)
        if token.kind == "bot":
            headers["x-oauth-scopes"] = ",".join(token.scopes)
            headers["x-accepted-oauth-scopes"] = ",".join(found.scopes)
        if found.scopes and not set(found.scopes) & set(token.scopes):
            raise SlackError("missing_scope", needed=found.scopes[0], provided=",".join(token.scopes))
        wait = self.state.rates.refuse(name, found.tier, args)
        if wait:
            raise SlackError("ratelimited", retry_after=wait)
        return await found.handler(Call(self.state, args, token))

    def _token(self, found: Method, request: web.Request, args: Json) -> Token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or _text(args.pop("token", ""))
        if found.token == "none":  # noqa: S105 - a kind, not a token
            return Token(kind="bot", scopes=())
        if not given:
            raise SlackError("not_authed")
        token = self.state.tokens.get(given)
        if token is None:
            raise SlackError("invalid_auth")
        if token.state:
            raise SlackError(token.state)
        if found.token not in ("any", token.kind):
            raise SlackError("not_allowed_token_type")
        return token


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
