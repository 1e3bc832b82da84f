"""What the machine must have for the cluster: Debian packages (installed when missing), Go, root, Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.cluster import binaries
from tests.prepare import install

# Program that shows it is there -> its Debian package.
PACKAGES = {
    "busybox": "busybox-static",
    "containerd": "containerd",
    "etcd": "etcd-server",
    "etcdctl": "etcd-client",
    "ip": "iproute2",
    "iptables": "iptables",
    "nsenter": "util-linux",
    "prometheus": "prometheus",
    "runc": "runc",
}
# What the cluster does first, in namespaces that are gone at once.
PROBE = ("unshare", "--net", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/run")
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # where some of them are, and what a user's PATH leaves out


def obstacle() -> str:
    """Why this machine can never run the cluster, in one line; empty when it can, given packages and a build."""
    if sys.platform != "linux":
        return "the test cluster needs Linux"
    if os.geteuid() != 0:
        return "the test cluster needs root (namespaces, cgroups, containers)"
    if subprocess.run(PROBE, capture_output=True, check=False).returncode:
        return "the test cluster needs a root that may make namespaces and mounts, as in a privileged container"
    if not binaries.go_version():
        return "the test cluster needs Go 1.26 or newer to build Kubernetes"
    return ""


def missing() -> list[str]:
    search = f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDERS}"
    return sorted(package for program, package in PACKAGES.items() if not shutil.which(program, path=search))


def provide() -> None:
    """Install what is missing. Raises RuntimeError with the reason when that fails."""
    wanted = missing()
    problem = install(wanted)
    if problem:
        raise RuntimeError(problem)
