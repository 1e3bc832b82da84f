"""Starts bots quickly: everything is imported once, each bot is a fork. ``python -m tests.e2e.forker``.

Reads one line per bot from standard input, ``CONFIG STORE-OF-OUTPUT``, answers with the process id of the new bot. The
bot is the same ``bot.app.run`` as under ``watchkeeper run``; only the seconds of importing are saved, 200 times.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback

import bot.app
import bot.config


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies: whoever asked kills by process id
    for line in sys.stdin:
        config, output = line.split()
        child = os.fork()
        if child == 0:
            become_bot(config, output)
        print(child, flush=True)


def become_bot(config: str, output: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(0)
    try:
        status = asyncio.run(bot.app.run(bot.config.load(config)))
    except BaseException:
        traceback.print_exc()
        status = 70
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    serve()
