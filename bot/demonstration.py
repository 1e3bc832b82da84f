"""``watchkeeper demo``: the real bot between an embedded Slack and an embedded Kubernetes, shown in a browser.

Nothing here is particular to the bot: it is given a configuration, tokens and addresses like any other, and the whole
of it runs. Times are shortened so that a visitor sees a recovery; that is all.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.app import App, running
from bot.config import load
from bot.core.errors import SetupError
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.demo import Demo as DemoWorld
from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings
from commands.model import Actor

CONFIG = """\
clusters:
  - name: prod
    kubeconfig: {kubeconfig}
slack:
  channel: "#k8s-alerts"
  api_url: {api_url}
policy:
  contact: "@approvers"
  roles:
    viewer: {{verbs: [describe, logs], namespaces: [shop]}}
    deployer: {{verbs: [describe, logs], namespaces: ["*"]}}
  bindings:
    - {{role: viewer, everyone: true}}
    - {{role: deployer, groups: ["@deployers"]}}
incidents:
  quiet: 30s
commands:
  namespace: shop
store:
  sqlite: {folder}/watchkeeper.sqlite3
audit:
  stdout: false
health:
  host: 127.0.0.1
  port: 0
"""

MAY = {
    "vera": "may look at the namespace shop",
    "dana": "may look at every namespace",
    "april": "may look at every namespace, and is asked by those who may not",
    "gus": "is refused: Watchkeeper serves full members only",
}
"""What the policy above comes to for each person, as the page tells it."""


class Demo:
    """The two local servers and the bot between them."""

    def __init__(self, slack: SlackDouble, kube: KubeDouble) -> None:
        self.slack = slack
        self.kube = kube
        self.app: App | None = None

    async def complete(self, who: str, _channel: str, text: str) -> list[dict[str, str]]:
        """Completions for the page's command line, for the person who types."""
        if self.app is None:
            return []
        command = self.app.config.slack.command
        user = self.slack.workspace.user(who)
        person = await self.app.slack.people.person(Actor(user.team_id, user.id))
        if not text.startswith(command + " "):
            return [{"text": command + " ", "hint": "ask Watchkeeper"}] if command.startswith(text) else []
        found = await self.app.commands.complete(person, _channel, text.removeprefix(command + " "))
        return [{"text": f"{command} {one.text}", "hint": one.hint} for one in found]


@contextlib.asynccontextmanager
async def demo(port: int = 0) -> AsyncIterator[Demo]:
    """Everything up, the bot included; everything gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="watchkeeper-demo-") as folder:
        async with contextlib.AsyncExitStack() as stack:
            made: Demo

            async def complete(*arguments: Any) -> Any:
                return await made.complete(*arguments)

            slack = SlackDouble(DoubleSettings(port=port, may=MAY), completer=complete)
            slack.page.opened.clear()
            try:
                await stack.enter_async_context(slack)
            except OSError as error:
                what = f"port {port} of 127.0.0.1 cannot be used: {error.strerror}; choose another with DEMO_PORT"
                raise SetupError([what]) from error
            kube = await stack.enter_async_context(KubeDouble(DemoWorld()))
            made = Demo(slack, kube)
            kubeconfig = Path(folder) / "kubeconfig"
            kubeconfig.write_text(json.dumps(kube.kubeconfig()), encoding="utf-8")
            config = Path(folder) / "watchkeeper.yaml"
            text = CONFIG.format(kubeconfig=kubeconfig, api_url=slack.api_url, folder=folder)
            config.write_text(text, encoding="utf-8")
            tokens = {
                "SLACK_BOT_TOKEN": slack.settings.bot_token,
                "SLACK_APP_TOKEN": slack.settings.app_token,
                "WATCHKEEPER_AUDIT_KEY": kube.token,
            }
            made.app = await stack.enter_async_context(running(load(str(config), tokens), audit_stream=io.BytesIO()))
            # Connected to Slack, every first list read: a second or so.
            while made.app.health.problems():  # noqa: ASYNC110 - health answers when asked, it tells nobody
                await asyncio.sleep(0.05)
            slack.page.opened.set()
            yield made


async def run(port: int) -> int:
    """Until interrupted."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with demo(port) as made:
        assert made.app is not None
        print(f"\n  The demo is at {made.slack.url} . In a few seconds, checkout begins to crash.")
        print("  Try: /k8s logs deploy/checkout -n shop. Stop with Ctrl-C.\n", flush=True)
        await made.app.until(stop)
    return 0
