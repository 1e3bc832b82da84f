"""Applying and changing workloads in a cluster, over the plain API, as a developer's kubectl would."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.demo.kube.server import KubeDouble

CRASH = "echo starting; echo 'FATAL: cannot reach db:5432'; sleep 0.3; exit 1"
FINE = "exec sleep 100000"


def deployment(name: str, script: str, *, replicas: int = 1, image: str = "test.local/busybox:1") -> dict[str, Any]:
    labels = {"app": name}
    container = {"name": "app", "image": image, "command": ["sh", "-c", script]}
    spec = {"terminationGracePeriodSeconds": 1, "containers": [container]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


class Developer:
    """Somebody with kubectl on the simulated cluster."""

    def __init__(self, kube: KubeDouble, namespace: str = "shop") -> None:
        self._kube = kube
        self._namespace = namespace
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {kube.token}"})

    async def __aenter__(self) -> Self:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self._namespace}}
        await self.call("POST", "/api/v1/namespaces", body)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        headers = {"Content-Type": kind}
        async with self._session.request(method, self._kube.url + path, json=body, headers=headers) as response:
            answer = await response.json()
            assert response.status < 300, answer
            return answer

    def path(self, name: str = "") -> str:
        return f"/apis/apps/v1/namespaces/{self._namespace}/deployments" + (f"/{name}" if name else "")

    async def create(self, name: str, script: str, **more: Any) -> None:
        await self.call("POST", self.path(), deployment(name, script, **more))

    async def patch(self, name: str, change: dict[str, Any]) -> None:
        await self.call("PATCH", self.path(name), change, "application/strategic-merge-patch+json")

    async def change_script(self, name: str, script: str) -> None:
        container = {"name": "app", "command": ["sh", "-c", script]}
        await self.patch(name, {"spec": {"template": {"spec": {"containers": [container]}}}})

    async def scale(self, name: str, replicas: int) -> None:
        await self.patch(name, {"spec": {"replicas": replicas}})

    async def delete(self, name: str) -> None:
        await self.call("DELETE", self.path(name))
