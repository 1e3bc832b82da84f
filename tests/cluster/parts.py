"""The cluster's programs: how each is started. One function per part; the flags that are not obvious say why."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cluster import binaries, configs, image, namespaces
from tests.cluster.namespaces import Anchor
from tests.cluster.places import API_PORT, ETCD, NODE, NODE_ADDRESS, SERVICE_SUBNET, Place
from tests.cluster.waiting import wait_until

# The working folder must not matter, so the checkout is named.
RELAY = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module('tests.cluster', run_name='__main__')"


class Parts:
    """Starts and signals the parts of one cluster."""

    def __init__(self, place: Place, anchor: Anchor) -> None:
        self.place = place
        self.anchor = anchor

    def start(self, name: str, *command: str | Path, network: bool = True) -> None:
        """Start a daemon inside. Its number inside is recorded, so a signal can only ever reach this cluster."""
        record = self.place.run / "pid" / name
        record.parent.mkdir(exist_ok=True)
        # The shell ends at once and the anchor adopts the daemon: whoever starts a part need not stay to bury it.
        recording: list[str] = ["sh", "-c", '"$@" & echo $! > "$0"', str(record)]
        whole: list[str] = [*namespaces.within(self.anchor, network=network), *recording, *map(str, command)]
        if namespaces.launch(self.place, whole, name).wait(20):
            raise RuntimeError(f"{name} cannot be started: {self.log(name)}")

    def signal(self, name: str, number: signal.Signals) -> None:
        pid = (self.place.run / "pid" / name).read_text().strip()
        namespaces.run(self.anchor, ["kill", f"-{number.value}", pid])

    def runs(self, name: str) -> bool:
        """Whether the part was started and has not ended."""
        try:
            pid = (self.place.run / "pid" / name).read_text().strip()
        except FileNotFoundError:
            return False
        return not namespaces.fails(self.anchor, ["kill", "-0", pid])

    def log(self, name: str, lines: int = 15) -> str:
        """The end of a part's log, for messages about a start that failed."""
        path = self.place.run / "log" / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"

    def containerd(self) -> None:
        base = self.place.run
        for folder in ("containerd", "cni/bin", "cni/conf"):
            (base / folder).mkdir(parents=True)
        for program in ("bridge", "host-local", "loopback", "portmap"):
            (base / "cni" / "bin" / program).symlink_to(binaries.path(program))
        (base / "cni" / "conf" / "10-test.conflist").write_text(configs.pod_network(self.place))
        (base / "containerd" / "config.toml").write_text(configs.containerd(self.place))
        # Where the cadvisor inside kubelet looks for it, and without it knows no container's memory.
        usual = base / "private-run" / "containerd" / "containerd.sock"
        usual.parent.mkdir()
        usual.symlink_to(self.place.containerd_socket)
        self.start("containerd", "containerd", "--config", base / "containerd" / "config.toml")

    def images(self) -> None:
        """Load our images; containerd must answer."""
        archive = self.place.run / "images.tar"
        image.write(archive)
        client: list[str | Path] = ["ctr", "--address", self.place.containerd_socket, "--namespace", "k8s.io"]
        namespaces.run(self.anchor, [*client, "images", "import", archive])
        archive.unlink()

    def etcd(self) -> None:
        peer = "http://127.0.0.1:2380"
        flags = {
            "data-dir": self.place.run / "etcd",
            "listen-client-urls": ETCD,
            "advertise-client-urls": ETCD,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
            "log-level": "warn",
        }
        self.start("etcd", "etcd", *_flags(flags))

    def apiserver(self) -> None:
        """Pods, kubelet and the relay all reach it at the node's address; 127.0.0.1 is in its certificate too."""
        pki = self.place.run / "pki"
        policy = self.place.run / "audit-policy.yaml"
        policy.write_text(configs.audit_policy())
        flags = {
            "etcd-servers": ETCD,
            "bind-address": NODE_ADDRESS,
            "advertise-address": NODE_ADDRESS,
            "secure-port": API_PORT,
            "tls-cert-file": pki / "apiserver.crt",
            "tls-private-key-file": pki / "apiserver.key",
            "client-ca-file": pki / "ca.crt",
            "service-cluster-ip-range": SERVICE_SUBNET,
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": pki / "service-accounts.key",
            "service-account-signing-key-file": pki / "service-accounts.key",
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": "true",
            "kubelet-preferred-address-types": "InternalIP",
            "kubelet-client-certificate": pki / "apiserver-to-kubelet.crt",
            "kubelet-client-key": pki / "apiserver-to-kubelet.key",
            # For metrics-server, which the API server asks on behalf of others.
            "requestheader-client-ca-file": pki / "ca.crt",
            "requestheader-allowed-names": "front-proxy",
            "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            "proxy-client-cert-file": pki / "front-proxy.crt",
            "proxy-client-key-file": pki / "front-proxy.key",
            "enable-aggregator-routing": "true",
            "audit-policy-file": policy,
            "audit-log-path": self.place.audit_log,
            "audit-log-mode": "blocking",  # written before the answer: a test that has the answer finds the entry
            "shutdown-delay-duration": "0s",
        }
        self.start("apiserver", binaries.path("kube-apiserver"), *_flags(flags))

    def controller_manager(self) -> None:
        """Short periods where the defaults are minutes."""
        pki = self.place.run / "pki"
        flags = {
            **self._kubeconfigs("controller-manager"),
            "bind-address": "127.0.0.1",
            "leader-elect": "false",
            "use-service-account-credentials": "true",
            "service-account-private-key-file": pki / "service-accounts.key",
            "root-ca-file": pki / "ca.crt",
            "cluster-signing-cert-file": pki / "ca.crt",
            "cluster-signing-key-file": pki / "ca.key",
            "controllers": "*,-nodeipam,-node-route-controller,-cloud-node-lifecycle-controller",
            "node-monitor-grace-period": "20s",
            "horizontal-pod-autoscaler-sync-period": "5s",
            "horizontal-pod-autoscaler-downscale-stabilization": "10s",
        }
        self.start("controller-manager", binaries.path("kube-controller-manager"), *_flags(flags))

    def scheduler(self) -> None:
        flags = {**self._kubeconfigs("scheduler"), "bind-address": "127.0.0.1", "leader-elect": "false"}
        self.start("scheduler", binaries.path("kube-scheduler"), *_flags(flags))

    def kubelet(self, crash_loop_max: str = configs.CRASH_LOOP_MAX) -> None:
        base = self.place.run / "kubelet"
        base.mkdir(exist_ok=True)
        (base / "config.yaml").write_text(configs.kubelet(self.place, crash_loop_max))
        (self.place.run / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        flags = {
            "config": base / "config.yaml",
            "kubeconfig": self.place.run / "kube" / "kubelet.conf",
            "hostname-override": NODE,
            "node-ip": NODE_ADDRESS,
            "root-dir": base,
            "cert-dir": base / "pki",
        }
        self.start("kubelet", binaries.path("kubelet"), *_flags(flags))

    def proxy(self) -> None:
        path = self.place.run / "kube" / "proxy.yaml"
        path.write_text(configs.proxy(self.place))
        self.start("proxy", binaries.path("kube-proxy"), *_flags({"config": path}))

    def relay(self) -> int:
        """A relay that stays: its port on the machine's loopback. It ends with the cluster."""
        checkout = Path(__file__).parents[2]
        program = [sys.executable, "-c", RELAY, str(checkout), "relay", "--name", self.place.name]
        self.start("relay", *program, network=False)
        port = self.place.run / "relay-port"
        return int(wait_until(lambda: port.exists() and port.read_text(), 20, "the relay"))

    def _kubeconfigs(self, name: str) -> dict[str, Path]:
        path = self.place.run / "kube" / f"{name}.conf"
        return {"kubeconfig": path, "authentication-kubeconfig": path, "authorization-kubeconfig": path}


def _flags(values: Mapping[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items()]
