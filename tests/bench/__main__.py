"""``make bench``: every bench in a process of its own, then one table. ``ARGS="watch_stream"`` names some of them.

Nothing is judged here: figures depend on the machine and on what else it does, so compare the ratios within one run. A
bench that cannot run says why in one line, and only that makes the exit status 1.
"""

from __future__ import annotations

import subprocess
import sys
import time

from tests.bench import figures
from tests.bench.figures import Figure

BENCHES = {
    "watch_stream": "a replayed stream of pod events through decoding, cache and alerts",
    "crash_to_slack": "from a crash in the simulated cluster to Slack, among 500 pod events a second",
    "rss_10000": "the whole bot on a real API server with 10,000 pods (root, Go; some minutes)",
    "command_path": "/k8s describe and logs beside kubectl on a real cluster (root, Go)",
}


def run(name: str) -> tuple[list[Figure], str]:
    """Its figures, and why it could not run."""
    command = [sys.executable, "-m", f"tests.bench.{name}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    read = [(line, figures.read(line)) for line in done.stdout.splitlines()]
    found = [figure for _, figure in read if figure is not None]
    words = [line for line, figure in read if figure is None and line.strip()]
    if done.returncode:
        return found, words[-1] if words else f"ended with status {done.returncode}"
    return found, ""


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"there is no bench {unknown[0]}; there are: {', '.join(BENCHES)}")
        return 1
    found: list[Figure] = []
    failures: list[str] = []
    began = figures.machine()
    for name in names or BENCHES:
        figures.say(f"{name}: {BENCHES[name]}")
        more, why = run(name)
        found += more
        if why:
            failures.append(f"{name} could not run: {why}")
    print(f"\n{time.strftime('%Y-%m-%d %H:%M')}  {began}; at the end {figures.load()}\n")
    if found:
        print(figures.table(found))
    print(*failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
