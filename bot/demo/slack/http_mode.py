"""HTTP mode: signed requests to the app's request URL, and the check of that URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from urllib.parse import urlencode

import aiohttp

from bot.demo.slack.model import Json, SlackError
from bot.demo.slack.ports import Answer, Kind
from bot.demo.slack.state import State

FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature, version 0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpMode:
    def __init__(self, state: State) -> None:
        self.state = state
        self.request_url = state.settings.request_url
        self.clock_skew = 0.0
        """Seconds added to the time stamp of requests, to send old ones on purpose."""

    async def _post(self, body: bytes, content_type: str, headers: dict[str, str]) -> tuple[Answer, bytes]:
        timestamp = str(int(self.state.clock() + self.clock_skew))
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.state.settings.signing_secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **headers,
        }
        timeout = aiohttp.ClientTimeout(total=self.state.settings.ack)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.request_url, data=body, headers=signed) as response,
        ):
            content = await response.read()
            if response.status != 200:
                return Answer("error", final=response.headers.get("X-Slack-No-Retry") == "1"), content
            return Answer(payload=_payload(response.content_type, content)), content

    @staticmethod
    def _body(kind: Kind, payload: Json) -> tuple[bytes, str]:
        if kind == "events_api":
            return json.dumps(payload).encode(), "application/json"
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        return urlencode(fields).encode(), FORM

    async def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Answer:
        body, content_type = self._body(kind, payload)
        headers = {}
        if attempt:
            # What was not acknowledged in time is called differently here than in Socket Mode.
            told = "http_timeout" if reason == "timeout" else "http_error"
            headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": told}
        try:
            if self.state.faults.duplicates():
                await self._post(body, content_type, headers)
            answer, _ = await self._post(body, content_type, headers)
        except TimeoutError:
            return Answer("timeout")
        except aiohttp.ClientError:
            return Answer("not_connected")
        if self.state.faults.drops_ack():
            return Answer("timeout")
        return answer

    async def verify(self) -> None:
        """The handshake when a request URL is set. Raises SlackError when the app does not return the challenge."""
        challenge = secrets.token_urlsafe(24)
        body = json.dumps({"type": "url_verification", "challenge": challenge, "token": "demo"}).encode()
        try:
            answer, content = await self._post(body, "application/json", {})
        except (TimeoutError, aiohttp.ClientError):
            answer, content = Answer("not_connected"), b""
        if answer.failure or challenge not in content.decode(errors="replace"):
            raise SlackError("url_verification_failed")


def _payload(content_type: str, answer: bytes) -> Json:
    text = answer.decode(errors="replace")
    if content_type == "application/json" and text:
        try:
            parsed = json.loads(text)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}
    return {"text": text} if text else {}
