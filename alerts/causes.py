"""What a container's last termination says about why it ended. Pure; the words are for people at night.

137 is labelled by its reason, never by its number: OOMKilled, a probe and a grace period all end in SIGKILL.
"""

from __future__ import annotations

import re
import signal

from alerts.model import Cause
from bot.core.objects import Container, Terminated
from bot.core.redact import clean, redact

# What these codes mean by convention; anything else is the program's own.
_EXITS = {
    1: "a general error",
    2: "often a usage error, or a Go panic",
    126: "the command cannot be executed, as without permission",
    127: "the command was not found",
    255: "a fatal error, or an exit code out of range",
}
_SIGNALS = {
    signal.SIGABRT: "aborted by itself, as after a failed assertion",
    signal.SIGSEGV: "invalid memory access",
    signal.SIGBUS: "invalid memory access",
    signal.SIGILL: "illegal instruction, as of an image for another processor",
    signal.SIGFPE: "arithmetic error",
}
_START_REASONS = frozenset({"StartError", "ContainerCannotRun", "RunContainerError"})
# What the container runtime puts around the one thing that went wrong.
_WRAPPING = re.compile(r"^.*(?:unable to start container process: |OCI runtime create failed: )", re.DOTALL)
_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "m": 1e-3}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T|m)?")


def parse_bytes(quantity: object) -> float | None:
    """``256Mi`` -> 268435456.0; None for what is not a quantity of memory."""
    if isinstance(quantity, int | float):
        return float(quantity)
    match = _QUANTITY.fullmatch(str(quantity))
    return float(match[1]) * _UNITS.get(match[2], 1) if match else None


def memory(size: float) -> str:
    """Bytes as people say them: ``256 MiB``, ``1.5 GiB``."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size:.0f} B"


def memory_limit(spec: Container | None) -> float | None:
    """The container's memory limit in bytes; None where it has none."""
    limits = (spec.resources.limits if spec and spec.resources else None) or {}
    return parse_bytes(limits["memory"]) if "memory" in limits else None


def from_node(ended: Terminated | None) -> bool:
    """The node was the end of it (a reboot, a lost sandbox, a shutdown), not the program."""
    if ended is None:
        return False
    return ended.reason in ("ContainerStatusUnknown", "Terminated", "NodeShutdown") or (
        ended.exit_code == 255 and ended.reason == "Unknown"
    )


def cause_of(ended: Terminated | None, spec: Container | None, waiting: str = "", message: str = "") -> Cause:
    """The cause as far as the status alone tells it; events may refine it.

    ``waiting`` and ``message`` are those of ``state.waiting``, for containers that never started.
    """
    if ended is None:
        if waiting in _START_REASONS:
            return start_error(message, waiting)
        return Cause(
            code="unknown", sentence="it restarted and the cluster kept no reason", brief="reason unknown", sure=False
        )
    if ended.reason == "OOMKilled":
        return _out_of_memory(spec)
    if ended.reason in _START_REASONS:
        return start_error(ended.message or "", ended.reason)
    if from_node(ended):
        return Cause(
            code="node",
            sentence="cut off by its node (reboot, shutdown or lost sandbox)",
            brief="cut off by its node",
            known_by=f"the container's termination reason, {ended.reason}",
        )
    if ended.exit_code == 0 and not ended.signal:
        return Cause(
            code="completed",
            sentence="it exits with code 0 and is started again each time",
            brief="exits with code 0 each time",
            known_by="the container's last state, Completed under restartPolicy Always",
        )
    return _exited(ended)


def _out_of_memory(spec: Container | None) -> Cause:
    limit = memory_limit(spec)
    at = f" at its {memory(limit)} limit" if limit else ", without a memory limit of its own"
    return Cause(
        code="oom",
        sentence=f"OOMKilled{at}",
        brief=f"OOMKilled at {memory(limit)}" if limit else "OOMKilled, no limit",
        known_by="the container's termination reason, OOMKilled",
    )


def start_error(message: str, reason: str) -> Cause:
    """The container was created and its command could not be started; the runtime's message names what was wrong."""
    told = clean(redact(_WRAPPING.sub("", message))).strip().removesuffix(": unknown")
    short = told if len(told) <= 160 else told[:159] + "…"
    return Cause(
        code="start",
        sentence=f"it cannot be started: {short}" if short else "it cannot be started",
        brief=short if len(short) <= 60 else short[:59] + "…",
        known_by=f"the container's termination reason, {reason}",
        detail=told if told != short else "",
    )


def _exited(ended: Terminated) -> Cause:
    code = ended.exit_code
    number = ended.signal or (code - 128 if 128 < code < 128 + 65 else 0)
    if number == 0:
        meaning = f" ({_EXITS[code]})" if code in _EXITS else ""
        return Cause(
            code=f"exit-{code}",
            sentence=f"it exited with code {code}{meaning}",
            brief=f"exit code {code}",
            known_by=f"the container's exit code, {code}",
        )
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number == signal.SIGKILL:
        sentence = f"killed by SIGKILL (exit code {code}); by whom is not recorded"
    elif number == signal.SIGTERM:
        sentence = f"it was asked to stop by SIGTERM (exit code {code}); by whom is not recorded"
    else:
        meaning = f", {_SIGNALS[signal.Signals(number)]}" if number in _SIGNALS else ""
        sentence = f"it died of {name} (exit code {code}{meaning})"
    return Cause(
        code=f"signal-{number}",
        sentence=sentence,
        brief=f"{name}, exit code {code}",
        known_by=f"the container's exit code, {code}",
        sure=number not in (signal.SIGKILL, signal.SIGTERM),
    )
