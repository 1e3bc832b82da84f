"""Parts that only some tests want, started the first time that one asks: metrics, Rollouts, Prometheus."""

from __future__ import annotations

import time
from collections.abc import Callable

import yaml

from tests.cluster import binaries, configs
from tests.cluster.client import Api, ApiError
from tests.cluster.parts import Parts
from tests.cluster.places import NODE_ADDRESS
from tests.cluster.waiting import wait_until

METRICS_SERVER_PORT = 4443
STATE_METRICS_PORT = 8180
PROMETHEUS_PORT = 19090
ROLLOUTS_METRICS_PORT, ROLLOUTS_HEALTH_PORT = 8090, 8091
METRICS_SERVICE = {"name": "metrics-server", "namespace": "kube-system"}
WAIT = 90.0  # seconds until metrics are there: two scrapes at least, on a machine that may be busy


def start(name: str, parts: Parts, api: Api) -> None:
    """Start one of them if it does not run, and wait until it is of use."""
    if not parts.runs(name):
        ADD_ONS[name](parts, api)


def metrics_server(parts: Parts, api: Api) -> None:
    """``kubectl top`` and HPAs on CPU. A service without a selector leads to it, for it is no pod."""
    folder = parts.place.run / "metrics-server"
    folder.mkdir(exist_ok=True)
    kubeconfig = parts.place.run / "kube" / "add-ons.conf"
    parts.start(
        "metrics-server",
        binaries.path("metrics-server"),
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--secure-port={METRICS_SERVER_PORT}",
        f"--cert-dir={folder}",
        "--metric-resolution=10s",
        "--kubelet-request-timeout=5s",  # must be below the resolution
        "--kubelet-insecure-tls",
        "--kubelet-preferred-address-types=InternalIP",
    )
    port = {"port": 443, "targetPort": METRICS_SERVER_PORT}
    api.apply({"apiVersion": "v1", "kind": "Service", "metadata": METRICS_SERVICE, "spec": {"ports": [port]}})
    api.apply(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**METRICS_SERVICE, "labels": {"kubernetes.io/service-name": "metrics-server"}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [NODE_ADDRESS], "conditions": {"ready": True}}],
            "ports": [{"name": "", "port": METRICS_SERVER_PORT, "protocol": "TCP"}],
        }
    )
    api.apply(
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1beta1.metrics.k8s.io"},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
                "service": METRICS_SERVICE,
            },
        }
    )
    wait_until(lambda: _items(api, "/apis/metrics.k8s.io/v1beta1/nodes"), WAIT, "the node's metrics")


def rollouts(parts: Parts, api: Api) -> None:
    """The controller of Argo Rollouts and its kinds."""
    names: set[str] = set()
    for path in binaries.rollout_definitions():
        for definition in yaml.safe_load_all(path.read_text()):
            if definition:
                names.add(api.apply(definition)["spec"]["names"]["plural"])

    def served() -> bool:
        """The group is there with the first of its kinds already."""
        group = api.find("/apis/argoproj.io/v1alpha1")
        return bool(group) and len(names & {each["name"] for each in group["resources"]}) == len(names)

    wait_until(served, WAIT, f"{', '.join(sorted(names))} to be served")
    parts.start(
        "rollouts",
        binaries.path("rollouts-controller"),
        f"--kubeconfig={parts.place.run / 'kube' / 'add-ons.conf'}",
        f"--metricsPort={ROLLOUTS_METRICS_PORT}",
        f"--healthzPort={ROLLOUTS_HEALTH_PORT}",
        "--leader-elect=false",
    )


def kube_state_metrics(parts: Parts, api: Api) -> None:
    """What Prometheus knows of objects. Reached through ``Cluster.relay`` at 127.0.0.1 inside."""
    parts.start(
        "kube-state-metrics",
        binaries.path("kube-state-metrics"),
        f"--kubeconfig={parts.place.run / 'kube' / 'add-ons.conf'}",
        "--host=127.0.0.1",
        f"--port={STATE_METRICS_PORT}",
        "--telemetry-host=127.0.0.1",
        f"--telemetry-port={STATE_METRICS_PORT + 1}",
    )


def prometheus(parts: Parts, api: Api) -> None:
    """Debian's Prometheus over kube-state-metrics and the kubelet; samples come some seconds after it is ready."""
    start("kube-state-metrics", parts, api)
    folder = parts.place.run / "prometheus"
    folder.mkdir(exist_ok=True)
    (folder / "prometheus.yml").write_text(configs.prometheus(parts.place, STATE_METRICS_PORT))
    parts.start(
        "prometheus",
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=2h",
        f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}",
    )


def _items(api: Api, path: str) -> list[object]:
    try:
        found: list[object] = api.get(path)["items"]
    except ApiError:  # 404 and 503 until the API server has reached it
        time.sleep(0.5)
        return []
    return found


ADD_ONS: dict[str, Callable[[Parts, Api], None]] = {
    "metrics-server": metrics_server,
    "rollouts": rollouts,
    "kube-state-metrics": kube_state_metrics,
    "prometheus": prometheus,
}
