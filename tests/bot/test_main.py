"""The command line: what it takes, what it prints where, and its exit status."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from bot.__main__ import main
from bot.demo.kube.server import KubeDouble
from bot.demo.kube.worlds.bare import Bare
from bot.demo.slack.server import SlackDouble
from tests.e2e.stage import CONFIG, tokens, write_kubeconfig


class Ended:
    """A finished ``python -m bot …``."""

    def __init__(self, status: int, out: bytes, err: bytes) -> None:
        self.status = status
        self.out = out.decode()
        self.err = err.decode()


async def launch(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "WATCHKEEPER_"))}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env=kept | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def call(*arguments: str, **environment: str) -> Ended:
    process = await launch(*arguments, **environment)
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return Ended(process.returncode or 0, out, err)


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as made:
        yield made


@pytest.fixture
async def config(tmp_path: Path, slack: SlackDouble) -> AsyncIterator[str]:
    async with KubeDouble(Bare()) as kube:
        path = tmp_path / "watchkeeper.yaml"
        kubeconfig = write_kubeconfig(tmp_path, kube)
        path.write_text(CONFIG.format(kubeconfig=kubeconfig, api_url=slack.api_url, folder=tmp_path))
        yield str(path)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for name in ("run", "demo", "check", "manifest"):
        assert f"\n    {name} " in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required: COMMAND"),
        (["walk"], "invalid choice: 'walk'"),
        (["run", "--conifg", "x"], "unrecognized arguments"),
        (["demo", "--port", "70000"], "'70000' is not a port number"),
        (["demo", "--port", "-1"], "--port"),
    ],
)
def test_wrong_usage_is_told_with_status_2(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


async def test_what_is_wrong_goes_to_stderr_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "watchkeeper.yaml"
    path.write_text('clusters: [{name: prod}]\nslack: {chanel: "#x"}\npolicy: {roles: {}, bindings: []}\n')
    for command in ("run", "check"):
        ended = await call(command, "--config", str(path))
        assert (ended.status, ended.out) == (1, "")
        lines = ended.err.splitlines()
        assert any("chanel" in line and "channel" in line for line in lines)
        assert any(line.startswith("SLACK_BOT_TOKEN is not set: ") for line in lines)
        assert "Traceback" not in ended.err


async def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    ended = await call("run", "--config", str(tmp_path / "none.yaml"), SLACK_BOT_TOKEN="xoxb-1")
    assert ended.status == 1
    assert "name it with --config or WATCHKEEPER_CONFIG" in ended.err.splitlines()[0]


async def test_manifest_prints_what_can_be_pasted_into_slack(config: str) -> None:
    ended = await call("manifest", "--config", config)
    assert (ended.status, ended.err) == (0, "")
    assert yaml.safe_load(ended.out)["display_information"]["name"] == "Watchkeeper"


async def test_check_of_a_right_configuration(config: str, slack: SlackDouble) -> None:
    ended = await call("check", WATCHKEEPER_CONFIG=config, **tokens(slack))
    assert ended.status == 0, ended.err
    assert ended.out.splitlines()[-1].startswith("All is well")


async def test_run_stops_the_start_for_a_bad_token(config: str, slack: SlackDouble) -> None:
    slack.faults.error("auth.test", "invalid_auth", times=50)
    ended = await call("run", "--config", config, **tokens(slack))
    assert ended.status == 1
    assert "SLACK_BOT_TOKEN" in ended.err
    assert "xoxb-demo" not in ended.err + ended.out
    assert "Traceback" not in ended.err


async def test_run_answers_until_it_is_told_to_stop(config: str, slack: SlackDouble) -> None:
    process = await launch("run", "--config", config, **tokens(slack))
    async with asyncio.timeout(30):
        while True:
            seen = (await slack.act("dana", channel="general", command="/k8s help", wait=2))["seen"]
            if "What dana may ask here" in str(seen):
                break
        process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()
    assert process.returncode == 0, err.decode()


async def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = await call("demo", DEMO_PORT=port)
    assert ended.status == 1
    assert [line for line in ended.err.splitlines() if f"port {port} of 127.0.0.1 cannot be used" in line]
    assert "Traceback" not in ended.err
