"""The command line: ``watchkeeper run | demo | check | manifest``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.core.errors import SetupError


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="watchkeeper", description="Stands watch over Kubernetes and lives in Slack.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("run", "start the bot"),
        ("check", "try tokens, scopes, channels, clusters and rights; say what is wrong and what to do"),
        ("manifest", "print the Slack app manifest for this configuration"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "--config", default="", metavar="FILE", help="default: WATCHKEEPER_CONFIG, watchkeeper.yaml"
        )
    demo = commands.add_parser("demo", help="the bot on an embedded workspace and cluster, in a browser")
    demo.add_argument("--port", type=_port, default=0, metavar="PORT", help="default: DEMO_PORT, 8700")
    return top


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number, 1 to 65535")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 something is wrong (said on stderr), 2 wrong usage, 130 interrupted."""
    chosen = parser().parse_args(arguments)
    try:
        return _run(chosen)
    except SetupError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(chosen: argparse.Namespace) -> int:
    # Imported here, so that --help and a wrong option answer at once.
    from bot import app, config  # noqa: PLC0415
    from bot.adapters import logs  # noqa: PLC0415

    if chosen.command == "manifest":
        from bot.adapters.slack.manifest import manifest_yaml  # noqa: PLC0415

        print(manifest_yaml(config.slack_settings(chosen.config)))
        return 0
    if chosen.command == "demo":
        from bot import demonstration  # noqa: PLC0415

        logs.set_up("info", style="auto")
        return _in_loop(demonstration.run(config.demo_port(chosen.port)))
    loaded = config.load(chosen.config)
    logs.set_up(loaded.config.log.level, style=loaded.config.log.style)
    return _in_loop(app.check(loaded) if chosen.command == "check" else app.run(loaded))


def _in_loop(work: Coroutine[Any, Any, int]) -> int:
    import uvloop  # noqa: PLC0415 - not needed for --help

    return int(uvloop.run(work))


if __name__ == "__main__":
    sys.exit(main())
