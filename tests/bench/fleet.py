"""10,000 pods on a real API server that has no kubelet behind it: their creation, and the changes of their status.

Nodes, Deployments, ReplicaSets and pods are what a controller manager and kubelets would have written, in two writes
per pod as they do, so that the managedFields and the sizes are the server's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Any

import aiohttp
import msgspec

from tests.bench.figures import say

NAMESPACES, APPS, NODES = 40, 200, 100
_AT_ONCE = 24  # requests under way: more only queue in the API server
_AGENTS = {"create": "kube-controller-manager", "status": "kubelet"}  # they become the managers of the fields
Json = dict[str, Any]


def stamp(ago: float = 0.0) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))


def space(app: int) -> str:
    return f"team-{app % NAMESPACES}"


def node(number: int) -> str:
    return f"ip-10-0-{number}-1.ap-northeast-2.compute.internal"


def labels(app: int) -> dict[str, str]:
    return {"app": f"app-{app}", "team": space(app), "tier": "web", "app.kubernetes.io/managed-by": "Helm"}


def template(app: int) -> Json:
    """A container as charts write it: settings, probes, limits, mounts."""
    port = {"name": "http", "containerPort": 8080}
    probe = {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 2}
    source = {"secretKeyRef": {"name": f"app-{app}", "key": "password"}}
    env: list[Json] = [{"name": f"SETTING_{i}", "value": f"value-{i}" * 3} for i in range(28)]
    container = {
        "name": "app",
        "image": f"registry.example/team/app-{app}:1.{app % 7}.0",
        "ports": [port],
        "env": [*env, {"name": "PASSWORD", "valueFrom": source}],
        "livenessProbe": probe,
        "readinessProbe": probe,
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "256Mi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
    }
    return {"containers": [container], "volumes": [{"name": "config", "configMap": {"name": f"app-{app}"}}]}


def owner(kind: str, made: Json) -> list[Json]:
    meta = made["metadata"]
    return [{"apiVersion": "apps/v1", "kind": kind, "name": meta["name"], "uid": meta["uid"], "controller": True}]


def status(app: int, number: int, began: str) -> Json:
    """As a kubelet reports a pod that runs."""
    image = f"registry.example/team/app-{app}:1.{app % 7}.0"
    kinds = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    container = {
        "name": "app",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": image,
        "imageID": f"{image}@sha256:{app:064x}",
        "containerID": f"containerd://{number:064x}",
        "state": {"running": {"startedAt": began}},
    }
    return {
        "phase": "Running",
        "hostIP": f"10.0.{number % NODES}.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": began,
        "qosClass": "Burstable",
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": began} for kind in kinds],
        "containerStatuses": [container],
    }


class Fleet:
    """A client that writes as fast as the server takes it."""

    def __init__(self, server: str, session: aiohttp.ClientSession, pods: int) -> None:
        self._server = server
        self._session = session
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self.wanted = pods
        self.names: list[tuple[str, str, int, int]] = []  # namespace, name, app, number

    async def call(self, method: str, path: str, body: Any, who: str = "create") -> Json:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Content-Type": kind, "User-Agent": _AGENTS[who]}
        data = msgspec.json.encode(body)
        async with self._gate, self._session.request(method, self._server + path, data=data, headers=headers) as answer:
            text = await answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {text[:300].decode(errors='replace')}")
            made: Json = msgspec.json.decode(text)
            return made

    async def create(self) -> float:
        """Everything; the bytes of one pod as the server sends it."""
        await _all(self._namespace(number) for number in range(NAMESPACES))
        await _all(self._node(number) for number in range(NODES))
        sets = await _all(self._workload(app) for app in range(APPS))
        began, size = time.monotonic(), 0.0
        for start in range(0, self.wanted, 1000):
            sizes = await _all(self._pod(n, sets[n % APPS]) for n in range(start, min(start + 1000, self.wanted)))
            size = sum(sizes) / len(sizes)
            say(f"{len(self.names):6,} pods after {time.monotonic() - began:.0f} s")
        return size

    async def churn(self, rate: float, seconds: float) -> float:
        """Change the status of random pods; how many a second the server really took."""
        chosen = random.Random(20261121)
        began, sent = time.monotonic(), 0
        running: set[asyncio.Task[Json]] = set()
        while (past := time.monotonic() - began) < seconds:
            while sent < past * rate and len(running) < 4 * _AT_ONCE:
                task = asyncio.create_task(self._touch(*chosen.choice(self.names)))
                running.add(task)
                task.add_done_callback(running.discard)
                sent += 1
            await asyncio.sleep(0.005)
        await asyncio.gather(*running)
        return sent / (time.monotonic() - began)

    async def _touch(self, namespace: str, name: str, app: int, number: int) -> Json:
        """What a readiness probe that comes and goes does to an object."""
        change = {"status": status(app, number, stamp(random.uniform(10, 9999)))}
        return await self.call("PATCH", f"/api/v1/namespaces/{namespace}/pods/{name}/status", change, "status")

    async def _namespace(self, number: int) -> None:
        name = f"team-{number}"
        await self.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        path = f"/api/v1/namespaces/{name}/serviceaccounts"
        await self.call("POST", path, {"metadata": {"name": "default"}})  # nobody else makes it: no controllers run

    async def _node(self, number: int) -> None:
        made = await self.call("POST", "/api/v1/nodes", {"metadata": {"name": node(number)}})
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": stamp()}
        path = f"/api/v1/nodes/{made['metadata']['name']}/status"
        await self.call("PATCH", path, {"status": {"conditions": [ready]}}, "status")

    async def _workload(self, app: int) -> Json:
        """A Deployment and its ReplicaSet; answers the latter."""
        base, meta = f"/apis/apps/v1/namespaces/{space(app)}", {"name": f"app-{app}", "labels": labels(app)}
        spec = {
            "replicas": self.wanted // APPS,
            "selector": {"matchLabels": {"app": f"app-{app}"}},
            "template": {"metadata": {"labels": labels(app)}, "spec": template(app)},
        }
        made = await self.call("POST", f"{base}/deployments", {"metadata": meta, "spec": spec})
        meta = {**meta, "name": f"app-{app}-6d4cf56db6", "ownerReferences": owner("Deployment", made)}
        return await self.call("POST", f"{base}/replicasets", {"metadata": meta, "spec": spec})

    async def _pod(self, number: int, replicas: Json) -> int:
        """Made, bound and running; its size as the server sends it."""
        app, base = number % APPS, f"/api/v1/namespaces/{replicas['metadata']['namespace']}/pods"
        meta = {
            "name": f"{replicas['metadata']['name']}-{number:05}",
            "labels": {**labels(app), "pod-template-hash": "6d4cf56db6"},
            "annotations": {"prometheus.io/scrape": "true", "checksum/config": f"{app:064x}"},
            "ownerReferences": owner("ReplicaSet", replicas),
        }
        pod = {"metadata": meta, "spec": {**template(app), "nodeName": node(number % NODES)}}
        await self.call("POST", base, pod)
        path = f"{base}/{meta['name']}/status"
        made = await self.call("PATCH", path, {"status": status(app, number, stamp(600))}, "status")
        self.names.append((made["metadata"]["namespace"], made["metadata"]["name"], app, number))
        return len(msgspec.json.encode(made))


async def _all(work: Iterable[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*work))


@contextlib.asynccontextmanager
async def fleet(server: str, tls: ssl.SSLContext, pods: int) -> AsyncIterator[Fleet]:
    connector = aiohttp.TCPConnector(ssl=tls, limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Fleet(server, session, pods)
