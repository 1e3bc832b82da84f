"""The real cluster as a stage: the bot with its own rights, somebody with kubectl, and when the kubelet restarts."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.adapters.kubernetes.rights import needed
from tests.cluster import binaries
from tests.cluster.client import Api, ApiError, Json

_LOOK = 2  # seconds that one watch lasts: how long ending the clock may take


def rules() -> list[Json]:
    """What the bot says that it needs, as the rules of a ClusterRole: it gets these and nothing else."""
    return [{"apiGroups": [one.group], "resources": [one.resource], "verbs": [one.verb]} for one in needed()]


class Restarts:
    """When a container of each app was first seen restarted, by a watch of our own in a thread of its own.

    ``first`` holds the moment by our clock for each ``app`` label, the same clock that stamps Slack's messages.
    """

    def __init__(self, api: Api, namespace: str) -> None:
        self.first: dict[str, float] = {}
        self._path = f"/api/v1/namespaces/{namespace}/pods"
        self._api = api
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="restarts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(10)

    def _follow(self) -> None:
        while not self._over.is_set():
            try:
                with self._api.open("GET", self._path, watch="true", timeoutSeconds=_LOOK) as stream:
                    while line := stream.readline():
                        event = json.loads(line)
                        if event["type"] != "ERROR":  # the server breaks off: the next look shows everything anew
                            self._note(event["object"])
            except (OSError, http.client.HTTPException, ApiError, ValueError):  # the API server is away for a test
                self._over.wait(0.05)

    def _note(self, pod: Json) -> None:
        status = pod.get("status", {})
        everything = [*status.get("containerStatuses", []), *status.get("initContainerStatuses", [])]
        if any(one["restartCount"] for one in everything):
            self.first.setdefault(pod["metadata"]["labels"]["app"], time.time())


class Developer:
    """Somebody with kubectl and a namespace. Nothing here holds up the event loop, in which the bot works."""

    def __init__(self, cluster: Any, namespace: str, kubeconfig: Path) -> None:
        self.cluster = cluster
        self.api: Api = cluster.api
        self.namespace = namespace
        self.kubeconfig = kubeconfig
        self.restarts = Restarts(self.api, namespace)

    def close(self) -> None:
        self.restarts.close()

    async def apply(self, *manifests: Json) -> None:
        for manifest in manifests:
            await asyncio.to_thread(self.api.apply, manifest, self.namespace)

    async def delete(self, kind: str, name: str) -> None:
        await self.kubectl("delete", kind, name, "--wait=false")

    async def kubectl(self, *words: str) -> str:
        """What kubectl prints. Raises AssertionError with its complaint."""
        command = [
            binaries.path("kubectl"),
            "--kubeconfig",
            self.cluster.admin_kubeconfig,
            "-n",
            self.namespace,
            *words,
        ]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    async def pods(self, app: str) -> list[Json]:
        return await asyncio.to_thread(self.api.pods, self.namespace, f"app={app}")

    async def until_ready(self, app: str, seconds: float = 30) -> None:
        """All pods of this app run and are ready, and there is at least one."""

        def ready(pods: Sequence[Json]) -> bool:
            conditions = [{one["type"]: one["status"] for one in pod["status"].get("conditions", [])} for pod in pods]
            return bool(pods) and all(one.get("Ready") == "True" for one in conditions)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not ready(await self.pods(app)):
                    await asyncio.sleep(0.1)
                return
        raise AssertionError(f"{app} is not ready within {seconds} s: {await self.kubectl('get', 'pods')}")

    async def until_gone(self, app: str) -> None:
        """No pod of this app is left."""
        while await self.pods(app):
            await asyncio.sleep(0.1)
