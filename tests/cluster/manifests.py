"""Workloads that fail in known ways, and those that only look like it, as manifests to ``apply``.

Each is a function of the name, so that a repair is ``healthy`` with the same name. Without a namespace: ``apply`` puts
them into the test's own.
"""

from __future__ import annotations

from typing import Any

from tests.cluster import image

Json = dict[str, Any]
STEADY = "exec sleep 1000000"
LAST_WORDS = "FATAL: cannot reach db:5432"


def container(script: str, *, name: str = "app", tag: str = "1", **more: Any) -> Json:
    """One container that runs a shell script; ``more`` are further fields as Kubernetes names them."""
    repository = f"{image.REPOSITORY}:{tag}"
    return {
        "name": name,
        "image": repository,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", script],
        **more,
    }


def pod_spec(*containers: Json, **more: Any) -> Json:
    return {"terminationGracePeriodSeconds": 1, "containers": list(containers), **more}


def pod(name: str, spec: Json) -> Json:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def deployment(name: str, spec: Json, replicas: int = 1) -> Json:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def job(name: str, spec: Json, retries: int = 0) -> Json:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"restartPolicy": "Never", **spec}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": retries, "template": template},
    }


def healthy(name: str, *, replicas: int = 1, tag: str = "1") -> Json:
    """Runs and goes on running. Another tag is a rolling update, another number of replicas a scaling."""
    return deployment(name, pod_spec(container(STEADY, tag=tag)), replicas)


def exits(name: str, *, code: int = 1, after: int = 1, replicas: int = 1, tag: str = "1") -> Json:
    """Says its last words and ends with an exit code, again and again."""
    script = f"echo starting; echo '{LAST_WORDS}' >&2; sleep {after}; exit {code}"
    return deployment(name, pod_spec(container(script, tag=tag)), replicas)


def out_of_memory(name: str, *, limit: str = "16Mi") -> Json:
    """Grows until the kernel kills it: OOMKilled."""
    script = "echo filling the cache; sleep 1; x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done"
    return deployment(name, pod_spec(container(script, resources={"limits": {"memory": limit}})))


def fails_liveness(name: str) -> Json:
    """Runs, but nothing listens where the probe asks."""
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1, "failureThreshold": 2}
    return deployment(name, pod_spec(container(f"echo serving nobody; {STEADY}", livenessProbe=probe)))


def init_fails(name: str, *, code: int = 3) -> Json:
    """The init container ends with an error, so the app never starts."""
    first = container(f"echo 'migration 0042 failed'; sleep 1; exit {code}", name="migrate")
    return deployment(name, pod_spec(container(STEADY), initContainers=[first]))


def sidecar_crashes(name: str, *, code: int = 2) -> Json:
    """A native sidecar (an init container that is always restarted) ends again and again beside a healthy app."""
    beside = container(f"echo 'proxy: bad config'; sleep 2; exit {code}", name="proxy", restartPolicy="Always")
    return deployment(name, pod_spec(container(STEADY), initContainers=[beside]))


def image_missing(name: str) -> Json:
    """The registry does not answer: nothing listens on that port."""
    broken = {**container(STEADY), "image": "127.0.0.1:5999/nope:1"}
    return deployment(name, pod_spec(broken))


def config_missing(name: str) -> Json:
    """CreateContainerConfigError."""
    return deployment(name, pod_spec(container(STEADY, envFrom=[{"configMapRef": {"name": "missing"}}])))


def program_missing(name: str) -> Json:
    """RunContainerError, then StartError as the last termination."""
    return deployment(name, pod_spec({**container(""), "command": ["no-such-program"]}))


def unschedulable(name: str) -> Json:
    """Wants more memory than any node has."""
    return deployment(name, pod_spec(container(STEADY, resources={"requests": {"memory": "900Gi"}})))


def finished_job(name: str) -> Json:
    return job(name, pod_spec(container("echo settled; sleep 1")))


def failed_job(name: str) -> Json:
    return job(name, pod_spec(container("echo 'nothing to settle'; exit 4")))
