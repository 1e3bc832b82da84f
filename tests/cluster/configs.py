"""The configuration files of containerd, kubelet, kube-proxy, the pod network, the audit log and Prometheus."""

from __future__ import annotations

import json
from typing import Any

import yaml

from tests.cluster import image
from tests.cluster.places import (
    BRIDGE,
    DNS_SERVICE,
    FIRST_POD_ADDRESS,
    NODE,
    NODE_ADDRESS,
    POD_SUBNET,
    Place,
)

CRASH_LOOP_MAX = "20s"  # the longest wait between restarts; Kubernetes' own 5 minutes would make tests take as long
# Requests of the cluster's own parts would bury those of the bot.
NOT_AUDITED = [
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-scheduler",
    f"system:node:{NODE}",
    "system:kube-proxy",
]


def containerd(place: Place) -> str:
    """containerd 1.6: everything below the run folder, our own pause image, and no wish to lower an oom_score_adj."""
    base = place.run / "containerd"
    return f"""
version = 2
root = "{base}/root"
state = "{base}/state"
[grpc]
  address = "{place.containerd_socket}"
[ttrpc]
  address = "{place.containerd_socket}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{image.PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "{place.run}/cni/bin"
  conf_dir = "{place.run}/cni/conf"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
"""


def pod_network(place: Place) -> str:
    """One bridge, addresses handed out by host-local."""
    addresses = {"subnet": POD_SUBNET, "rangeStart": FIRST_POD_ADDRESS, "gateway": NODE_ADDRESS}
    bridge = {
        "type": "bridge",
        "bridge": BRIDGE,
        "isGateway": True,
        "isDefaultGateway": True,
        "hairpinMode": True,
        "ipam": {"type": "host-local", "dataDir": f"{place.run}/cni/addresses", "ranges": [[addresses]]},
    }
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
    return json.dumps({"cniVersion": "1.0.0", "name": "test", "plugins": [bridge, portmap]})


def kubelet(place: Place, crash_loop_max: str = CRASH_LOOP_MAX) -> str:
    settings: dict[str, Any] = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{place.run}/pki/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": place.cgroup,  # or two clusters would clean up each other's pods
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": f"unix://{place.containerd_socket}",
        "evictionHard": {},  # the machine's own memory and disk are no business of the tests
        "failCgroupV1": False,
        "failSwapOn": False,
        "healthzBindAddress": "127.0.0.1",
        "imageGCHighThresholdPercent": 100,  # our images cannot be pulled again
        "maxPods": 200,
        "nodeStatusUpdateFrequency": "4s",
        "resolvConf": f"{place.run}/resolv.conf",
    }
    if crash_loop_max:
        settings["featureGates"] = {"KubeletCrashLoopBackOffMax": True}
        settings["crashLoopBackOff"] = {"maxContainerRestartPeriod": crash_loop_max}
    return yaml.safe_dump(settings)


def proxy(place: Place) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "iptables",
            "clientConnection": {"kubeconfig": f"{place.run}/kube/proxy.conf"},
            "bindAddress": "127.0.0.1",
            "healthzBindAddress": "127.0.0.1:10256",
            "metricsBindAddress": "127.0.0.1:10249",
            "hostnameOverride": NODE,
            "clusterCIDR": POD_SUBNET,
            "conntrack": {"maxPerCore": 0},  # a limit of the whole machine, not ours to change
        }
    )


def audit_policy() -> str:
    """Who asked for what, and with which user agent; the bodies would only fill the memory."""
    return yaml.safe_dump(
        {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "rules": [
                {"level": "None", "users": NOT_AUDITED},
                {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
                {"level": "Metadata"},
            ],
        }
    )


def prometheus(place: Place, state_metrics_port: int) -> str:
    """Scrapes kube-state-metrics and the kubelet: what a cluster with the usual stack has."""
    pki = place.run / "pki"
    to_kubelet: dict[str, Any] = {
        "scheme": "https",
        "static_configs": [{"targets": [f"{NODE_ADDRESS}:10250"]}],
        "tls_config": {
            "cert_file": f"{pki}/add-ons.crt",
            "key_file": f"{pki}/add-ons.key",
            "insecure_skip_verify": True,  # the kubelet signs its own certificate
        },
    }
    return yaml.safe_dump(
        {
            "global": {"scrape_interval": "5s"},
            "scrape_configs": [
                {
                    "job_name": "kube-state-metrics",
                    "honor_labels": True,
                    "static_configs": [{"targets": [f"127.0.0.1:{state_metrics_port}"]}],
                },
                {"job_name": "kubelet", "metrics_path": "/metrics", **to_kubelet},
                {"job_name": "cadvisor", "metrics_path": "/metrics/cadvisor", "honor_timestamps": False, **to_kubelet},
            ],
        }
    )
