"""The anchor: process 1 of a cluster's namespaces. It adopts orphans, and when it ends the kernel ends the rest.

Run inside fresh namespaces by ``namespaces.enter``. It uses only the standard library and stays small, because it lives
as long as the cluster.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

# Daemons write below these. Private ones keep a cluster's traces (pod logs, CNI leases, shim sockets, device plug-in
# folders) out of the machine's, and two clusters apart.
PRIVATE = ("/var/lib", "/var/log")


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def arrange(run: Path) -> None:
    """Private folders over the machine's; the run folder stays where it is, also inside the new /run."""
    mount("--make-rshared", "/")  # below the machine's mounts (they were made slaves): nothing gets out
    for path in PRIVATE:
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", path)
    own = run / "private-run"
    inside = own / run.relative_to("/run")
    inside.mkdir(parents=True, exist_ok=True)
    mount("--bind", str(run), str(inside))
    mount("--rbind", str(own), "/run")


def reap(signum: int, frame: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main(run: Path, owner: int) -> None:
    """Wait until the owner's end of the pipe closes; for a cluster without an owner, for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    arrange(run)
    signal.signal(signal.SIGCHLD, reap)
    reap(0, None)
    (run / "anchored").touch()
    while True:
        readable, _, _ = select.select([owner] if owner >= 0 else [], [], [], 3600)
        if readable and not os.read(owner, 1):
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
