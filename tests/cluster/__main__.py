"""The test cluster by hand: ``python -m tests.cluster up|down|shell|status|build [--name NAME]``."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys

from tests.cluster import addons, binaries, lifecycle, namespaces, packages
from tests.cluster.places import API_PORT, NODE_ADDRESS, Place
from tests.cluster.relay import Relay

DEVELOPERS = "dev"  # the name when none is given; pytest's own clusters have other ones


def say(line: str) -> None:
    print(line, flush=True)


def up(place: Place, with_: list[str]) -> int:
    """Start it and leave it running, with a relay so that programs on this machine reach it."""
    cluster = lifecycle.attach(place)
    if cluster:
        say(f"{place.name} runs already")
    else:
        lifecycle.prepare(say)
        cluster = lifecycle.up(place, owned=False, say=say)
        port = cluster.parts.relay()
        place.host_admin.write_text(cluster.kubeconfig_text("admin", f"https://127.0.0.1:{port}"))
    for name in with_:
        say(f"starting {name}")
        cluster.need(name)
    cluster.close()
    say(f"KUBECONFIG={place.host_admin}  for programs on this machine; make cluster-shell for kubectl")
    return 0


def shell(place: Place, command: list[str]) -> int:
    """A shell, or one command, in the cluster's network, with kubectl and helpers on the PATH."""
    anchor = namespaces.find(place)
    if anchor is None:
        say(f"{place.name} does not run: make cluster-up")
        return 1
    path = f"{binaries.folder('k8s')}:{os.environ.get('PATH', os.defpath)}:{packages.SYSTEM_FOLDERS}"
    environment = {**os.environ, "KUBECONFIG": str(place.admin), "PATH": path, "PS1": f"[{place.name}] \\w $ "}
    chosen = command or [os.environ.get("SHELL", "/bin/sh")]
    inside = ["nsenter", "--target", str(anchor.pid), "--net", "--", *chosen]
    return subprocess.run(inside, env=environment, check=False).returncode


def status(place: Place) -> int:
    """What runs, one line each."""
    cluster = lifecycle.attach(place)
    if cluster is None:
        say(f"{place.name} does not run")
        return 1
    for record in sorted((place.run / "pid").iterdir()):
        say(f"{record.name:20} {'runs' if cluster.parts.runs(record.name) else 'ended'}")
    ready = cluster.api.ready() and cluster.node_ready()
    say(f"node {'Ready' if ready else 'not Ready'}; run folder {place.run}")
    cluster.close()
    return 0 if ready else 1


def relay(place: Place) -> int:
    """What ``up`` leaves running: a process in the cluster that listens on the machine's loopback."""
    anchor = namespaces.Anchor(1, "")  # as seen from inside
    door = Relay(lambda: namespaces.join_network(anchor)).door(NODE_ADDRESS, API_PORT)
    (place.run / "relay-port").write_text(str(door.port))
    signal.pause()
    return 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.cluster",
        description="The test cluster by hand",
        epilog="shell -- COMMAND runs one command",
    )
    parser.add_argument("action", choices=["up", "down", "shell", "status", "build", "relay"])
    parser.add_argument("--name", default=DEVELOPERS, help="which cluster; several can run at once")
    parser.add_argument("--with", dest="with_", action="append", default=[], choices=sorted(addons.ADD_ONS))
    command: list[str] = []
    if "--" in arguments:  # argparse cannot tell the command's options from ours
        split = arguments.index("--")
        arguments, command = arguments[:split], arguments[split + 1 :]
    given = parser.parse_args(arguments)
    place = Place(given.name)
    try:
        if given.action == "build":
            lifecycle.prepare(say)
        elif given.action == "up":
            return up(place, given.with_)
        elif given.action == "down":
            lifecycle.down(place)
        elif given.action == "relay":
            return relay(place)
        else:
            return shell(place, command) if given.action == "shell" else status(place)
    except (RuntimeError, TimeoutError) as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
