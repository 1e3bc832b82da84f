"""Any other cluster, given by a kubeconfig: the same surface towards tests, without what needs root on its machines."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.cluster.client import Api
from tests.cluster.relay import Door, Relay


class Elsewhere:
    """A cluster that somebody else runs: kind, minikube, a spare one on EKS."""

    def __init__(self, kubeconfig: Path) -> None:
        self.admin_kubeconfig = kubeconfig
        self.api = Api(kubeconfig)
        self.relay = Relay()
        address = urlsplit(self.api.cluster["server"])
        self._target = (address.hostname or "", address.port or 443)
        # Reached through a door its certificate must still be checked for the name that stands in it.
        self.api.cluster.setdefault("tls-server-name", self._target[0])

    def door(self) -> Door:
        return self.relay.door(*self._target)

    def close(self) -> None:
        self.relay.close()
