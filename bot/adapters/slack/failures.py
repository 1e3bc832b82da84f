"""What Slack's refusals mean: try again later, or never the same again; and what a person can do about it."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.errors import SendError, SendLater, SendNever

# Slack's own trouble, or ours with the network: the same message may well be taken later.
LATER = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "accesslimited",
        "update_failed",
    }
)

# The token itself is dead: nothing will work again without a person.
FATAL = {
    "invalid_auth": "the token is not valid: copy it again from the app's settings",
    "not_authed": "no token was sent: set it in the environment",
    "account_inactive": "the app or its user was removed from the workspace: install it again",
    "token_revoked": "the token was revoked: reinstall the app and use the new token",
    "token_expired": "the token has expired: reinstall the app and use the new token",
    "not_allowed_token_type": "this is another kind of token (the bot's begins with xoxb-, the app's with xapp-)",
    "link_disabled": "Socket Mode was switched off in the app's settings: switch it on, or use mode: http",
    "no_permission": "the token may not do this: check the app's scopes",
    "missing_scope": "a scope is missing: update the app from `watchkeeper manifest` and reinstall it",
}

ADVICE = {
    **FATAL,
    "channel_not_found": "no such channel, or a private one: check the name, or /invite the app into it",
    "not_in_channel": "the app is not in the channel: /invite it there",
    "is_archived": "the channel is archived: unarchive it or name another one",
    "restricted_action": "the workspace does not let apps post there: ask its administrators",
    "message_not_found": "the message is gone",
    "cant_update_message": "the message is not ours to edit",
    "edit_window_closed": "the workspace does not allow edits any more",
}


def explain(code: str) -> str:
    """One sentence for an error code."""
    return f"Slack says {code}: {ADVICE[code]}" if code in ADVICE else f"Slack says {code}"


def classify(code: str, detail: str = "", after: float = 1.0) -> SendError:
    """A Slack error code -> our error. An unknown code is about the request, which will not get better by itself."""
    message = explain(code) + (f" ({detail})" if detail else "")
    return SendLater(code, message, after) if code in LATER else SendNever(code, message)


def translate(error: Exception) -> SendError:
    """Whatever slack_sdk or aiohttp raised during a call."""
    if isinstance(error, SlackApiError):
        return _from_response(error)
    if isinstance(error, asyncio.TimeoutError):
        return SendLater("timeout", "Slack did not answer in time; it may have taken the message all the same")
    if isinstance(error, aiohttp.ClientError | OSError | SlackClientError):
        return SendLater("connection", f"the connection to Slack failed: {type(error).__name__}")
    raise error


def _from_response(error: SlackApiError) -> SendError:
    response: Any = error.response
    # slack_sdk puts aiohttp's own response here when the body was not JSON, and then nothing else of use.
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    headers = {str(name).lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    data = getattr(response, "data", None)
    data = data if isinstance(data, dict) else {}
    code = str(data.get("error") or "")
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return classify("ratelimited", after=_seconds(headers.get("retry-after")))
    if status >= 500 or not code:
        return SendLater(f"http_{status}", f"Slack answered with HTTP {status}", 2.0)
    notes = (data.get("response_metadata") or {}).get("messages") or data.get("errors") or []
    needed = f"needs the scope {data['needed']}" if data.get("needed") else ""
    return classify(code, needed or "; ".join(map(str, notes))[:300])


def _seconds(value: object) -> float:
    """Retry-After is whole seconds; a missing or odd one is taken as ten."""
    text = str(value[0] if isinstance(value, list) and value else value)
    return float(text) if text.isdigit() else 10.0
