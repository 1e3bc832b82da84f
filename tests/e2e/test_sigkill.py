"""SIGKILL of the bot at random instants of a delivery, restarted each time: nothing lost, nothing doubled.

Half of the kills come a random moment after the start, half within milliseconds of something that the bot has just done
in Slack, which is where a delivery is most fragile.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.kube.server import KubeDouble
from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import ALERTS, CONFIG, replies, roots, shown, tokens, until, write_kubeconfig
from tests.e2e.workloads import CRASH, FINE, Developer

KILLS = int(os.environ.get("KILLS", "200"))
WORKLOADS = max(2, KILLS // 10)


class Bots:
    """The forker, and at most one bot at a time."""

    def __init__(self, process: asyncio.subprocess.Process, config: Path, output: Path) -> None:
        self._process = process
        self._config = config
        self.output = output
        self.pid = 0

    async def start(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._config} {self.output}\n".encode())
        self.pid = int(await self._process.stdout.readline())

    async def kill(self, how: int = signal.SIGKILL) -> None:
        os.kill(self.pid, how)
        for _ in range(3000):
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the bot does not end")


@pytest.fixture
async def bots(tmp_path: Path, slack: SlackDouble, kube: KubeDouble) -> AsyncIterator[Bots]:
    config = tmp_path / "watchkeeper.yaml"
    kubeconfig = write_kubeconfig(tmp_path, kube)
    config.write_text(CONFIG.format(kubeconfig=kubeconfig, api_url=slack.api_url, folder=tmp_path))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.e2e.forker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **tokens(slack)},
    )
    made = Bots(process, config, tmp_path / "bot.log")
    yield made
    if made.pid:
        try:
            os.kill(made.pid, signal.SIGKILL)
        except ProcessLookupError:
            made.pid = 0
    process.kill()
    await process.wait()


def written(slack: SlackDouble) -> list[tuple[str, object]]:
    return [(str(message["ts"]), message.get("edited")) for message in slack.in_channel(ALERTS)]


async def an_instant(slack: SlackDouble, rng: random.Random) -> None:
    """Wait until the moment of the kill."""
    if rng.random() < 0.5:
        await asyncio.sleep(rng.uniform(0.0, 1.2))
        return
    before = written(slack)
    for _ in range(500):
        if written(slack) != before:
            break
        await asyncio.sleep(0.002)
    await asyncio.sleep(rng.uniform(0.0, 0.03))


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_doubled(slack: SlackDouble, developer: Developer, bots: Bots) -> None:
    rng = random.Random(20261121)
    names = [f"app-{n:02d}" for n in range(WORKLOADS)]
    await bots.start()
    await until(lambda: slack.socket.connections, 20, "the first bot is connected")
    waiting = list(names)
    mended: list[str] = []
    for number in range(KILLS):
        if waiting and number % 4 == 0:
            await developer.create(waiting.pop(), CRASH)
        elif number % 5 == 3 and len(mended) < WORKLOADS // 2 and number > KILLS // 3:
            mended.append(names[-1 - len(mended)])
            await developer.change_script(mended[-1], FINE)
        await an_instant(slack, rng)
        await bots.kill()
        await bots.start()
    await until(lambda: all(roots(slack, name) for name in names), 60, "every crash is told")
    await until(
        lambda: all("recovered" in shown(roots(slack, name)[0]) for name in mended), 60, "every recovery is told"
    )
    await asyncio.sleep(3)
    await bots.kill(signal.SIGTERM)
    told = {name: len(roots(slack, name)) for name in names}
    assert told == dict.fromkeys(names, 1), bots.output.read_text()[-2000:]
    for name in names:
        root = roots(slack, name)[0]
        lines = [shown(reply) for reply in replies(slack, root)]
        assert len(lines) == len(set(lines)), f"{name}: a line of the thread stands twice: {lines}"
        assert sum("recovered" in line for line in lines) == (name in mended), lines
        assert ("recovered" in shown(root)) == (name in mended)
