"""A stage for the whole bot: the Slack double, a cluster (simulated unless a kubeconfig is given), the real App."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from bot.app import App, running
from bot.config import Loaded, load
from bot.demo.kube.server import KubeDouble
from bot.demo.slack.server import SlackDouble

ALERTS = "k8s-alerts"
CONFIG = """\
clusters:
  - name: prod
    kubeconfig: {kubeconfig}
slack:
  channel: "#k8s-alerts"
  api_url: {api_url}
  post_interval: 10ms
policy:
  roles:
    viewer: {{verbs: [describe, logs], namespaces: ["*"]}}
  bindings:
    - {{role: viewer, everyone: true}}
incidents: {{quiet: 6s, edit_every: 200ms, evidence: 1500ms}}
store:
  sqlite: {folder}/store.sqlite3
audit: {{stdout: false}}
health: {{host: 127.0.0.1, port: 0}}
"""


def configure(folder: Path, slack: SlackDouble, kubeconfig: Path, *, more: str = "") -> Loaded:
    """The configuration as a user would have it, read by the bot's own reader; ``more`` is further sections of it."""
    path = folder / "watchkeeper.yaml"
    filled = CONFIG.format(kubeconfig=kubeconfig, api_url=slack.api_url, folder=folder)
    path.write_text(filled + more, encoding="utf-8")
    return load(str(path), tokens(slack))


def tokens(slack: SlackDouble) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.settings.bot_token,
        "SLACK_APP_TOKEN": slack.settings.app_token,
        "SLACK_SIGNING_SECRET": slack.settings.signing_secret,
        "WATCHKEEPER_AUDIT_KEY": "a key for the tests",
    }


def write_kubeconfig(folder: Path, kube: KubeDouble) -> Path:
    path = folder / "kubeconfig"
    path.write_text(json.dumps(kube.kubeconfig()), encoding="utf-8")
    return path


@contextlib.asynccontextmanager
async def bot(loaded: Loaded) -> AsyncIterator[App]:
    async with running(loaded, audit_stream=io.BytesIO()) as app:
        await until(lambda: not app.health.problems(), 20, "the bot is ready")
        yield app


async def until(holds: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait for something to be true and return it."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        await asyncio.sleep(0.05)


def roots(slack: SlackDouble, word: str = "") -> list[dict[str, Any]]:
    """Messages in the alerts' channel that begin a thread or stand alone, by the bot, with ``word`` in their text."""
    return [
        message
        for message in slack.in_channel(ALERTS)
        if message.get("thread_ts", message["ts"]) == message["ts"] and message.get("bot_id") and word in shown(message)
    ]


def replies(slack: SlackDouble, root: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        message
        for message in slack.in_channel(ALERTS)
        if message.get("thread_ts") == root["ts"] and message["ts"] != root["ts"]
    ]


def shown(message: dict[str, Any]) -> str:
    """All the words of a message, the notification's first."""
    words: list[str] = [str(message.get("text", ""))]

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                if key in {"text", "alt_text"} and isinstance(value, str):
                    words.append(value)
                else:
                    walk(value)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    walk(message.get("blocks"))
    return "\n".join(words)
