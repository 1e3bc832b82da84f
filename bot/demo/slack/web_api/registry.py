"""What a Web API method is: its name, its scopes, its rate, and typed access to the arguments of a call."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from bot.demo.slack.model import Json, SlackError, Token
from bot.demo.slack.state import State

T = TypeVar("T")


def bad_arguments(message: str) -> SlackError:
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})


class Call:
    """One call of a method. Arguments come as query, form or JSON; the same names mean the same."""

    def __init__(self, state: State, args: Json, token: Token) -> None:
        self.state = state
        self.args = args
        self.token = token

    def text(self, name: str, default: str | None = None) -> str:
        """Required when there is no default."""
        value = self.args.get(name)
        if value is None or value == "":
            if default is None:
                raise bad_arguments(f"missing required field: {name}")
            return default
        if isinstance(value, dict | list):
            raise bad_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None or value == "" else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int, *, code: str = "invalid_limit") -> int:
        try:
            value = int(self.args.get(name) or default)
        except (TypeError, ValueError):
            raise SlackError(code) from None
        if not 0 < value <= most:
            raise SlackError(code)
        return value

    def json(self, name: str) -> Any:
        """An argument that is an object or a list; as text it is JSON."""
        value = self.args.get(name)
        if isinstance(value, str) and value:
            try:
                return json.loads(value)
            except ValueError:
                raise bad_arguments(f"must be valid JSON [json-pointer:/{name}]") from None
        return value

    def names(self, name: str) -> list[str]:
        """A comma-separated list."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(each) for each in value]
        return [each.strip() for each in str(value or "").split(",") if each.strip()]

    def page(self, items: Sequence[T], *, default: int = 100, most: int = 1000) -> tuple[list[T], Json]:
        """One page of a list, and what goes into the answer about the next."""
        limit = self.number("limit", default, most)
        start = 0
        if cursor := self.text("cursor", ""):
            try:
                start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
            except ValueError:
                raise SlackError("invalid_cursor") from None
        end = start + limit
        following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
        return [*items[start:end]], {"response_metadata": {"next_cursor": following}}


Handler = Callable[[Call], Awaitable[Json]]


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """``scopes``: any one of them will do. ``token``: which kind of token; ``none`` needs no token."""

    name: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    tier: int = 3
    token: Literal["bot", "app", "any", "none"] = "bot"  # noqa: S105 - a kind, not a token


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *scopes: str,
    tier: int = 3,
    token: Literal["bot", "app", "any", "none"] = "bot",  # noqa: S107 - a kind, not a token
) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name=name, handler=handler, scopes=scopes, tier=tier, token=token)
        return handler

    return register
