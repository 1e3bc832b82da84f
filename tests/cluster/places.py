"""Where a cluster's things are: folders, cgroups, addresses. One ``Place`` per cluster, told apart by its name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

# Addresses from the range set aside for benchmarking (RFC 2544): no real network uses them. Every cluster has them for
# itself, because each lives in its own network namespace.
NODE_ADDRESS = "198.18.0.1"
POD_SUBNET = "198.18.0.0/24"
FIRST_POD_ADDRESS = "198.18.0.10"
SERVICE_SUBNET = "198.19.0.0/24"
KUBERNETES_SERVICE = "198.19.0.1"
DNS_SERVICE = "198.19.0.10"  # nothing answers there; kubelet wants to know it
BRIDGE = "wk0"
NODE = "node-1"
API_PORT = 6443
ETCD = "http://127.0.0.1:2379"

RUN_ROOT = Path("/run/watchkeeper")
CGROUP_ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Place:
    """One cluster's folders and names."""

    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", self.name):
            raise ValueError(f"a cluster's name is lower-case letters, digits and dashes, up to 31: {self.name!r}")

    @property
    def run(self) -> Path:
        """The run folder: a tmpfs of its own, so that etcd never waits for a disk and one unmount removes it all."""
        return RUN_ROOT / self.name

    @property
    def anchor(self) -> Path:
        """Beside the run folder, so that it can be read whether that is mounted or not."""
        return RUN_ROOT / f"{self.name}.anchor"

    @property
    def cgroup(self) -> str:
        """The cgroup that kubelet puts pods below, as a path inside each hierarchy."""
        return f"/watchkeeper-{self.name}"

    @property
    def admin(self) -> Path:
        """Kubeconfig of cluster-admin, for use inside the cluster's network."""
        return self.run / "kube" / "admin.conf"

    @property
    def host_admin(self) -> Path:
        """The same for use from the machine itself, through the relay that ``up`` leaves running."""
        return self.run / "kube" / "host.conf"

    @property
    def audit_log(self) -> Path:
        return self.run / "log" / "audit.jsonl"

    @property
    def containerd_socket(self) -> Path:
        return self.run / "containerd" / "containerd.sock"


def cache() -> Path:
    """Where built binaries stay: outside the checkout, shared by all of them."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "watchkeeper" / "cluster"
