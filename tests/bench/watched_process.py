"""``watchkeeper run`` as a process of its own, as in its pod, and what the kernel says about it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec

from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import tokens

CONFIG = """\
clusters:
  - name: prod
    kubeconfig: {kubeconfig}
slack:
  channel: "#k8s-alerts"
  api_url: {api_url}
  post_interval: {post_interval}
policy:
  roles:
    viewer: {{verbs: [describe, logs], namespaces: ["*"]}}
  bindings:
    - {{role: viewer, everyone: true}}
store:
  sqlite: {folder}/store.sqlite3
audit: {{stdout: false}}
health: {{host: 127.0.0.1, port: {port}}}
"""
_READY = 180.0  # seconds; the machine may be busy with the API server's own start


class Memory(msgspec.Struct, frozen=True):
    """MiB. ``pss`` counts shared pages by share, ``peak`` is the highest that ``rss`` ever was."""

    rss: float
    pss: float
    private: float
    peak: float


class WatchedProcess:
    """One running bot."""

    def __init__(self, pid: int, port: int, log: Path, began: float) -> None:
        self.pid = pid
        self.log = log
        self._url = f"http://127.0.0.1:{port}"
        self._began = began

    @property
    def memory(self) -> Memory:
        rollup = _kilobytes(Path(f"/proc/{self.pid}/smaps_rollup"))
        peak = _kilobytes(Path(f"/proc/{self.pid}/status"))["VmHWM"]
        private = rollup["Private_Dirty"] + rollup["Private_Clean"]
        return Memory(*(kib / 1024 for kib in (rollup["Rss"], rollup["Pss"], private, peak)))

    @property
    def cpu(self) -> float:
        """CPU seconds since its start, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def ready(self) -> float:
        """Seconds from the start of the process until /readyz says so."""
        async with aiohttp.ClientSession() as session:
            while time.monotonic() - self._began < _READY:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self._url}/readyz") as answer:
                        if answer.status == 200:
                            return time.monotonic() - self._began
                if not Path(f"/proc/{self.pid}/smaps_rollup").exists():
                    break
                await asyncio.sleep(0.05)
        raise RuntimeError(f"the bot did not get ready: {' '.join(self.log.read_text().split()[-60:])}")

    async def metrics(self) -> str:
        async with aiohttp.ClientSession() as session, session.get(f"{self._url}/metrics") as answer:
            return await answer.text()

    async def pods(self) -> int:
        """How many it has in its cache."""
        name = 'watchkeeper_observed_objects{cluster="prod",kind="Pod"} '
        lines = [line for line in (await self.metrics()).splitlines() if line.startswith(name)]
        return int(float(lines[0].removeprefix(name))) if lines else 0


@contextlib.asynccontextmanager
async def started(
    folder: Path, slack: SlackDouble, kubeconfig: Path, *, post_interval: str = "1s"
) -> AsyncIterator[WatchedProcess]:
    """Up until the block ends; then SIGTERM, as its pod would."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config, log = folder / "watchkeeper.yaml", folder / "bot.log"
    text = CONFIG.format(
        kubeconfig=kubeconfig, api_url=slack.api_url, folder=folder, port=port, post_interval=post_interval
    )
    config.write_text(text, encoding="utf-8")
    environment = {**os.environ, **tokens(slack)}
    began = time.monotonic()
    with log.open("wb") as output:
        command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
        child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=output, stderr=output)
    try:
        yield WatchedProcess(child.pid, port, log, began)
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(child.wait(), 30)
            except TimeoutError:
                child.kill()
                await child.wait()


def _kilobytes(path: Path) -> dict[str, int]:
    """The lines ``Name:  123 kB`` of a file of /proc."""
    pairs = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in pairs if len(words) == 3 and words[2] == "kB"}
