"""Just enough of a shell to run the tests' manifests, so that the same ones run here and on a real node.

``echo``, ``sleep``, ``exit``, ``exec``, ``touch`` and the like, in sequence; one idiom that fills the memory.
"""

from __future__ import annotations

import re
import shlex

from bot.demo.kube.programs import MIB, Run, Start

_ENDLESS_GROWTH = re.compile(r"while (true|:); do \w+=\$\w+\$\w+")
_GROWS_FOR = 0.5  # until a few doublings have filled some tens of megabytes
_KNOWN = {"sh", "sleep", "echo", "true", "false", "httpd", "/bin/sh", "/bin/busybox"}


def busybox(start: Start) -> Run:
    """The program of ``test.local/busybox``."""
    command = [*(start.container.get("command") or ["sh"]), *(start.container.get("args") or [])]
    if command[0] not in _KNOWN:
        told = (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
            f'failed: unable to start container process: exec: "{command[0]}": executable file not found in $PATH: '
            "unknown"
        )
        return Run(start_error=told)
    if command[0] in ("sh", "/bin/sh"):
        script = command[2] if len(command) > 2 and command[1] == "-c" else "exit 0"
    else:
        script = "exec " + shlex.join(command)
    return _interpret(script, start)


def _interpret(script: str, start: Start) -> Run:
    lines: list[tuple[float, str]] = []
    now = 0.02
    serves = "httpd" in script
    for statement in (part.strip() for part in script.split(";")):
        if _ENDLESS_GROWTH.search(script) and statement.startswith("while"):
            return _grow(tuple(lines), now, start)
        words = shlex.split(statement.partition(" >")[0].partition(" 2>")[0])
        words = words[1:] if words[:1] == ["exec"] else words
        match words:
            case ["echo", *rest] if " > " not in statement:
                lines.append((now, " ".join(rest)))
            case ["sleep", seconds]:
                if float(seconds) >= 600:
                    return _last(tuple(lines), None, 0, serves=serves)
                now += float(seconds)
            case ["exit", code]:
                return _last(tuple(lines), now, int(code), serves=serves)
            case ["false"]:
                return _last(tuple(lines), now, 1, serves=serves)
            case ["httpd", *_]:
                return _last(tuple(lines), None, 0, serves=True)
            case _:
                continue
    return _last(tuple(lines), now, 0, serves=serves)


def _last(lines: tuple[tuple[float, str], ...], exits: float | None, code: int, *, serves: bool) -> Run:
    """A process with id 1 that installs no handler ignores SIGTERM: it is killed at the end of the grace period."""
    return Run(
        lines=lines,
        exits=exits,
        code=code,
        stops_in=None,
        stop_code=137,
        unhealthy_from=None if serves else 0.0,
        unready_until=0.0 if serves else float("inf"),
        probe_output='Get "http://{ip}:{port}{path}": dial tcp {ip}:{port}: connect: connection refused',
        memory=lambda _seconds: 0.6 * MIB,
        cpu=lambda _seconds: 0.0005,
    )


def _grow(lines: tuple[tuple[float, str], ...], at: float, start: Start) -> Run:
    limit = start.memory_limit() or 4096 * MIB

    def memory(seconds: float) -> float:
        return 0.6 * MIB if seconds < at else min(limit, 2 ** ((seconds - at) * 16) * MIB)

    return Run(lines=lines, exits=at + _GROWS_FOR, code=137, reason="OOMKilled", memory=memory)
