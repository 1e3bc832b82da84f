"""A cluster's own namespaces (network, mounts, processes): opening them, running programs in them, ending them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import anchor as anchor_module
from tests.cluster.packages import SYSTEM_FOLDERS
from tests.cluster.places import BRIDGE, CGROUP_ROOT, NODE_ADDRESS, POD_SUBNET, SERVICE_SUBNET, Place
from tests.cluster.waiting import wait_until

CLONE_NEWNET = 0x40000000  # linux/sched.h

_background: list[subprocess.Popen[bytes]] = []  # held so that Python does not warn that they go on running


@dataclass(frozen=True)
class Anchor:
    """A running anchor; ``started`` tells it from a later process with the same number."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        return _started(self.pid) == self.started


def find(place: Place) -> Anchor | None:
    """The cluster's anchor as recorded, if it still runs."""
    try:
        pid, started = place.anchor.read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    anchor = Anchor(int(pid), started)
    return anchor if anchor.alive else None


def enter(place: Place, *, owned: bool) -> Anchor:
    """Make the run folder and the namespaces. An owned cluster ends with this process, however that ends."""
    place.run.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(place.run)], check=True)
    for hierarchy in hierarchies():
        (hierarchy / place.cgroup.lstrip("/")).mkdir(exist_ok=True)
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--propagation", "slave", "--mount-proc", "--"]
    reading, writing = os.pipe()
    if not owned:
        os.close(writing)
        os.close(reading)
    command += [sys.executable, "-S", anchor_module.__file__, str(place.run), str(reading if owned else -1)]
    (place.run / "log").mkdir()
    outer = launch(place, command, "anchor", [reading] if owned else [])
    if owned:
        os.close(reading)  # the writing end stays open as long as this process lives
    wait_until(lambda: (place.run / "anchored").exists() or outer.poll() is not None, 10, "the cluster's namespaces")
    if outer.poll() is not None:
        raise RuntimeError(f"namespaces cannot be made here: {(place.run / 'log' / 'anchor.log').read_text().strip()}")
    pid = int(Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()[0])
    place.anchor.write_text(f"{pid} {_started(pid)}")
    _prepare_network(Anchor(pid, _started(pid)))
    return Anchor(pid, _started(pid))


def launch(place: Place, command: Sequence[str], log: str, descriptors: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start something that goes on in the background, its output in the run folder's log."""
    with (place.run / "log" / f"{log}.log").open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=descriptors,
            start_new_session=True,  # ctrl-C is meant for the tests
            cwd="/",
            env={**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDERS}"},
        )
    _background.append(child)
    return child


def within(anchor: Anchor, *, network: bool = True) -> list[str]:
    """The beginning of a command line that runs the rest inside."""
    return ["nsenter", "--target", str(anchor.pid), "--mount", "--pid", *(["--net"] if network else []), "--"]


def run(anchor: Anchor, command: Sequence[str | Path], **options: str) -> str:
    """Run a program inside to its end; what it printed. Raises RuntimeError with its words."""
    done = subprocess.run(
        [*within(anchor), *map(str, command)], capture_output=True, text=True, check=False, input=options.get("input")
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


def fails(anchor: Anchor, command: Sequence[str]) -> bool:
    return subprocess.run([*within(anchor), *command], capture_output=True, check=False).returncode != 0


def join_network(anchor: Anchor) -> None:
    """Move the calling thread, and only it, into the cluster's network."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/proc/{anchor.pid}/ns/net").open("rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns into the cluster's network failed")


def leave(place: Place) -> None:
    """End everything of this cluster and remove what is left of it. Harmless when there is nothing."""
    anchor = find(place)
    if anchor:
        os.kill(anchor.pid, signal.SIGKILL)
        wait_until(lambda: not anchor.alive, 20, "the cluster's processes to end")
    _reap()
    while any(str(place.run) == line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()):
        subprocess.run(["umount", "--lazy", str(place.run)], check=True)
    if place.run.exists():
        shutil.rmtree(place.run)
    _remove_cgroups(place)
    place.anchor.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # another cluster is in there
        place.run.parent.rmdir()


def hierarchies() -> Iterator[Path]:
    """Every cgroup hierarchy of the machine: one with cgroup v2, about ten with v1."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, path, kind, *_ = line.split()
        if kind in {"cgroup", "cgroup2"} and Path(path).is_relative_to(CGROUP_ROOT):
            yield Path(path)


def _prepare_network(anchor: Anchor) -> None:
    script = [
        "link set lo up",
        f"link add {BRIDGE} type bridge",
        f"addr add {NODE_ADDRESS}/{POD_SUBNET.partition('/')[2]} dev {BRIDGE}",
        f"link set {BRIDGE} up",
        f"route add {SERVICE_SUBNET} dev {BRIDGE}",  # or there would be no way to a service until kube-proxy bends it
    ]
    run(anchor, ["ip", "-batch", "-"], input="\n".join(script) + "\n")
    run(anchor, ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"])


def _remove_cgroups(place: Place) -> None:
    def gone() -> bool:
        for hierarchy in hierarchies():
            top = hierarchy / place.cgroup.lstrip("/")
            for folder in sorted((path for path in top.rglob("*") if path.is_dir()), key=lambda p: -len(p.parts)):
                with contextlib.suppress(OSError):  # the kernel has not let go of it yet: looked at again
                    folder.rmdir()
            with contextlib.suppress(OSError):
                top.rmdir()
        return not any((hierarchy / place.cgroup.lstrip("/")).exists() for hierarchy in hierarchies())

    wait_until(gone, 10, f"the cgroups {place.cgroup} to be empty")


def _reap() -> None:
    """Collect the children that have ended, now that they must have."""
    for child in list(_background):
        if child.poll() is not None:
            _background.remove(child)


def _started(pid: int) -> str:
    """When the process began, in ticks since boot; empty when it is gone or waits to be reaped."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if after_name[0] in "ZX" else after_name[19]
