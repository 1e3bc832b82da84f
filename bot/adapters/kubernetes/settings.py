"""Which clusters are watched, how they are reached, and how patient the watch is."""

from __future__ import annotations

import msgspec

from bot.core.times import Seconds


class EksSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    """The EKS cluster's name in AWS: part of the signed token, so it must be exact."""
    region: str
    """Region of the cluster; the token is signed for this region's STS endpoint."""
    role: str = ""
    """ARN of a role to assume first (a cluster of another account); empty: the process's own identity."""


class ClusterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    """What people call the cluster; stands in every message."""
    kubeconfig: str = ""
    """Path of a kubeconfig file. Empty, and no context and no eks: the pod's own service account."""
    context: str = ""
    """A context of the kubeconfig other than its current one. Without a path: of kubectl's default file."""
    eks: EksSettings | None = None
    """Reach an EKS cluster from outside with the process's AWS identity."""
    namespaces: tuple[str, ...] = ()
    """Watch only these namespaces (Roles instead of a ClusterRole suffice); empty: all."""

    def __post_init__(self) -> None:
        if self.eks and (self.kubeconfig or self.context):
            raise ValueError("has both eks and a kubeconfig; keep one")
        if not self.name:
            raise ValueError("needs a name")


class WatchSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    page: int = 250
    """Objects per page of a list: about 2.5 MB of pods, so that a whole cluster never stands in memory as JSON."""
    connect_timeout: Seconds = Seconds(5)
    """To open a connection, TLS included."""
    request_timeout: Seconds = Seconds(15)
    """One ordinary request or one page of a list, answer included."""
    retry_limit: Seconds = Seconds(20)
    """How long a read is tried again altogether, waiting times included."""
    watch_min: Seconds = Seconds(300)
    """A watch is ended by the server after a random time between this and twice this, so that watches spread."""
    silence: Seconds = Seconds(100)
    """A watch without a byte for so long is taken for half-open. The server sends a bookmark every 60 to 75 s."""
    backoff_min: Seconds = Seconds(0.8)
    """First wait after a failure; doubled with each further one, plus jitter (client-go's figures)."""
    backoff_max: Seconds = Seconds(30)
    """Longest wait between two tries."""
    unserved_wait: Seconds = Seconds(180)
    """How often to look again for a kind that the server does not know (a CRD that may be installed later)."""
    forbidden_wait: Seconds = Seconds(60)
    """How often to try again where a right is missing."""
    unreachable_after: Seconds = Seconds(30)
    """How long a cluster gives no answer before that is told."""
    probe_every: Seconds = Seconds(10)
    """How often /readyz is asked, so that a dead API server is noticed although its watches merely look quiet."""
    probe_timeout: Seconds = Seconds(5)
    """How long that answer may take."""
    slice: Seconds = Seconds(0.005)
    """How long events are handled before other tasks get their turn."""
