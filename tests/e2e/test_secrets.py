"""No planted secret leaves the cluster: not to Slack, not to the bot's output at debug level, not to its store."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.kube.server import KubeDouble
from bot.demo.slack.server import SlackDouble
from bot.demo.slack.settings import DoubleSettings
from tests.e2e.stage import ALERTS, CONFIG, replies, roots, tokens, until, write_kubeconfig
from tests.e2e.workloads import Developer, deployment

pytestmark = pytest.mark.slow

PLANTED = {
    "an env value": "hunter2-env-9f8e7d6c",
    "a secret in arguments": "argS3cretValue4711",
    "a password in a log line": "pA55w0rd-in-log-31337",
    "a header in a log line": "bearer9A8b7C6d5E4f3G2h1",
    "a password in a URL": "dbpass0815xyz",
    "a JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ",
    "a cookie": "sessioncookie77aa88bb99",
    "an annotation": "annotationsecret5566",
}
BOT_TOKEN, APP_TOKEN = "xoxb-1111-planted-bot-token", "xapp-1-planted-app-token"
SIGNING = "planted0signing0secret0123456789"


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    settings = DoubleSettings(bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SIGNING)
    async with SlackDouble(settings) as double:
        yield double


def leaky() -> dict[str, object]:
    """A crashing workload that carries and prints everything that it should not."""
    planted = PLANTED
    lines = (
        f"login with password={planted['a password in a log line']} failed",
        f"Authorization: Bearer {planted['a header in a log line']}",
        f"ERROR postgres://app:{planted['a password in a URL']}@db:5432/shop refused",
        f"token was {planted['a JWT']}",
        f"Cookie: sid={planted['a cookie']}",
        "FATAL cannot go on",
    )
    script = "; ".join(f"echo '{line}'" for line in lines) + "; sleep 0.3; exit 1"
    body = deployment("leaky", script)
    container = body["spec"]["template"]["spec"]["containers"][0]
    container["args"] = [f"--api-key={planted['a secret in arguments']}"]
    container["env"] = [{"name": "DB_PASSWORD", "value": planted["an env value"]}]
    body["metadata"]["annotations"] = {"example.com/api-token": planted["an annotation"]}
    return body


async def test_planted_secrets_are_found_nowhere(
    tmp_path: Path, slack: SlackDouble, kube: KubeDouble, developer: Developer
) -> None:
    config = tmp_path / "watchkeeper.yaml"
    text = CONFIG.format(kubeconfig=write_kubeconfig(tmp_path, kube), api_url=slack.api_url, folder=tmp_path)
    config.write_text(text.replace("stdout: false", "stdout: true") + "log: {level: debug}\n", encoding="utf-8")
    output = tmp_path / "output"
    with output.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(config),
            stdout=stream, stderr=stream, env={**os.environ, **tokens(slack)},
        )  # fmt: skip
    try:
        await until(lambda: len(slack.socket.connections) == 2, 30, "the bot is connected")
        await developer.call("POST", developer.path(), leaky())
        root = (await until(lambda: roots(slack, "leaky"), 10, "the crash is told"))[0]
        await until(lambda: replies(slack, root), 10, "with its detail")
        pod = (await developer.call("GET", "/api/v1/namespaces/shop/pods"))["items"][0]["metadata"]["name"]
        for command in (
            "describe deploy/leaky -n shop",
            f"describe pod/{pod} -n shop",
            "logs deploy/leaky -n shop",
            f"logs {pod} -n shop --previous",
            f"logs {pod} -n shop --grep password={PLANTED['a password in a log line']}",
            f"describe pod/{pod} --token {PLANTED['a JWT']}",
        ):
            seen = await slack.act("vera", channel=ALERTS, command=f"/k8s {command}")
            assert seen["seen"], command
        # Trouble makes error messages and tracebacks.
        kube.access.tokens = {"another"}
        kube.faults.break_watches()
        slack.faults.status("*", 500, times=4)
        slack.faults.error("chat.update", "invalid_blocks", times=2)
        await slack.act("vera", channel=ALERTS, command="/k8s logs deploy/leaky -n shop", wait=6)
        slack.socket.drop()
        await asyncio.sleep(2)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 27) == 0
    told = json.dumps([slack.messages.by_channel, {k: list(v) for k, v in slack.messages.ephemerals.items()}])
    files = [file.content or b"" for file in slack.state.files.by_id.values()]
    assert "FATAL cannot go on" in told
    written = output.read_bytes()
    assert b"watching prod" in written
    places = {"Slack": told.encode(), "the files in Slack": b"\n".join(files), "the output": written}
    places |= {path.name: path.read_bytes() for path in tmp_path.glob("store.sqlite3*")}
    secrets = {**PLANTED, "the kubeconfig's token": kube.token, "the bot token": BOT_TOKEN, "the app token": APP_TOKEN}
    secrets |= {"the signing secret": SIGNING, "the audit key": tokens(slack)["WATCHKEEPER_AUDIT_KEY"]}
    found = [(what, where) for what, secret in secrets.items() for where, all_of_it in places.items()
             if secret.encode() in all_of_it]  # fmt: skip
    assert "store.sqlite3" in places
    assert not found
