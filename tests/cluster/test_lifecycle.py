"""A cluster's beginning and end: what it needs, what it leaves behind (nothing), and what a violent end does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import lifecycle, manifests, namespaces, packages
from tests.cluster.lifecycle import Cluster
from tests.cluster.places import Place
from tests.cluster.waiting import wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


@pytest.fixture
def place(own_cluster: Cluster) -> Iterator[Place]:
    """A second cluster's place, beside the session's own, which also proves that two can be."""
    place = Place(f"{lifecycle.SESSION}{os.getpid()}-second")
    yield place
    lifecycle.down(place)


def traces(place: Place) -> dict[str, list[str]]:
    """Everything on this machine that bears the cluster's name."""
    groups = [hierarchy / place.cgroup.lstrip("/") for hierarchy in namespaces.hierarchies()]
    commands = {path.parent.name: _command(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
    return {
        "mounts": [line for line in Path("/proc/mounts").read_text().splitlines() if str(place.run) in line],
        "cgroups": [str(group) for group in groups if group.exists()],
        "processes": [pid for pid, command in commands.items() if str(place.run) in command],
        "files": [str(path) for path in place.run.parent.glob(f"{place.name}*")],
        "pod logs": [str(path) for path in Path("/var/log/containers").glob("*") if place.name in str(path.readlink())],
    }


def _command(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def sandboxes() -> set[str]:
    return {line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if "netns/cni-" in line}


def run_something(cluster: Cluster) -> None:
    """A crashing pod and a steady one, so that there are containers, mounts and cgroups to leave behind."""
    wait_until(lambda: cluster.api.find("/api/v1/namespaces/default/serviceaccounts/default"), 20, "the account")
    cluster.api.apply(manifests.exits("crash"), "default")
    cluster.api.apply(manifests.healthy("app"), "default")

    def all_there() -> bool:
        statuses = [pod["status"].get("containerStatuses", []) for pod in cluster.api.pods("default")]
        return len(statuses) == 2 and all(statuses) and any(each[0]["restartCount"] for each in statuses)

    wait_until(all_there, 60, "a restart and a running pod")


def test_down_leaves_nothing(place: Place) -> None:
    before = sandboxes()
    cluster = lifecycle.up(place, owned=True)
    run_something(cluster)
    there = traces(place)
    assert there["mounts"], there
    assert there["cgroups"], there
    assert there["processes"], there
    cluster.parts.signal("kubelet", signal.SIGSTOP)  # what a test that broke off may have left
    cluster.close()
    lifecycle.down(place)
    assert {kind: found for kind, found in traces(place).items() if found} == {}
    assert sandboxes() <= before


def test_it_starts_again_after_all_of_it_was_killed(place: Place) -> None:
    cluster = lifecycle.up(place, owned=True)
    run_something(cluster)
    cluster.close()
    for pid in traces(place)["processes"]:
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue  # the anchor went first and took it along
    wait_until(lambda: namespaces.find(place) is None, 20, "the anchor to be dead")
    again = lifecycle.up(place, owned=True)
    assert again.node_ready()
    assert again.api.pods("default") == []
    again.close()


def test_it_ends_with_its_owner_and_the_next_run_sweeps(own_cluster: Cluster) -> None:
    script = (
        "import os, signal\n"
        "from tests.cluster import namespaces\n"
        "from tests.cluster.places import Place\n"
        "namespaces.enter(Place(f'test-{os.getpid()}'), owned=True)\n"
        "print(os.getpid(), flush=True)\n"
        "signal.pause()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with owner:
        assert owner.stdout is not None
        place = Place(f"{lifecycle.SESSION}{owner.stdout.readline().strip()}")
        assert namespaces.find(place) is not None
        owner.kill()
    wait_until(lambda: namespaces.find(place) is None, 10, "the cluster to end with its owner")
    lifecycle.sweep()
    assert {kind: found for kind, found in traces(place).items() if found} == {}
    assert own_cluster.anchor.alive


def test_the_command_line_starts_it_in_time_and_leaves_a_way_in(place: Place) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-m", "tests.cluster", *arguments]
        return subprocess.run(whole, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)

    up = command("up", "--name", place.name)
    assert up.returncode == 0, up.stdout + up.stderr
    ready = re.search(r"([\d.]+) s +node Ready", up.stdout)
    assert ready is not None, up.stdout
    # Ten seconds on a machine that is ours alone; a busy one gets what its load asks for.
    assert float(ready[1]) < 10 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    kubectl = ["kubectl", "get", "node", "-o", "name"]
    assert command("shell", "--name", place.name, "--", *kubectl).stdout.strip() == "node/node-1"
    assert "node Ready" in command("status", "--name", place.name).stdout
    assert place.host_admin.exists()
    begin = time.monotonic()
    assert command("down", "--name", place.name).returncode == 0
    assert time.monotonic() - begin < 15
    assert {kind: found for kind, found in traces(place).items() if found} == {}


def test_the_obstacle_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert packages.obstacle() == "the test cluster needs root (namespaces, cgroups, containers)"
