"""Plain HTTP to an API server, real or simulated: what comes back is looked at as it is."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
Obj = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One response. ``body`` is the decoded JSON, or None where it is none."""

    status: int
    text: str
    content_type: str
    body: Any

    @property
    def reason(self) -> str:
        return str(self.body.get("reason", ""))

    @property
    def message(self) -> str:
        return str(self.body.get("message", ""))


@dataclass
class Wire:
    """``namespace`` is this test's own. ``compact`` forgets the history that watches resume from; None: cannot here."""

    session: aiohttp.ClientSession
    url: str
    namespace: str
    kind: str
    tls: ssl.SSLContext | bool = True
    compact: Callable[[], Awaitable[None]] | None = None
    seen: list[Obj] = field(default_factory=list)

    async def ask(
        self, method: str, path: str, body: Any = None, *, content_type: str = "application/json", **query: Any
    ) -> Answer:
        headers = {"Content-Type": content_type} if body is not None else {}
        if "accept" in query:
            headers["Accept"] = query.pop("accept")
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        params = {name: str(value) for name, value in query.items()}
        async with self.session.request(
            method, self.url + path, data=data, headers=headers, params=params, ssl=self.tls
        ) as response:
            text = await response.text()
            decoded = json.loads(text) if response.content_type == "application/json" else None
            return Answer(response.status, text, response.content_type, decoded)

    async def get(self, path: str, **query: Any) -> Answer:
        return await self.ask("GET", path, **query)

    async def patch(self, path: str, body: Any, content_type: str = MERGE_PATCH, **query: Any) -> Answer:
        return await self.ask("PATCH", path, body, content_type=content_type, **query)

    def core(self, plural: str, name: str = "") -> str:
        return f"/api/v1/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def apps(self, plural: str, name: str = "") -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def rollouts(self, name: str = "") -> str:
        return f"/apis/argoproj.io/v1alpha1/namespaces/{self.namespace}/rollouts" + (f"/{name}" if name else "")

    async def create(self, path: str, body: Obj) -> Obj:
        answer = await self.ask("POST", path, body)
        assert answer.status == 201, answer.text
        created: Obj = answer.body
        return created

    async def watch(
        self, path: str, until: Callable[[list[Obj]], bool], *, seconds: float = 60, **query: Any
    ) -> list[Obj]:
        """The events of a watch, up to the moment when ``until`` is content with them or the server ends it."""
        events: list[Obj] = []
        params = {"watch": "1", **{name: str(value) for name, value in query.items()}}
        limit = aiohttp.ClientTimeout(total=seconds)
        async with self.session.get(self.url + path, params=params, ssl=self.tls, timeout=limit) as response:
            assert response.status == 200, await response.text()
            async for line in response.content:
                if line.strip():
                    events.append(json.loads(line))
                    if until(events):
                        break
        return events

    async def until(self, path: str, content: Callable[[Obj], bool], *, seconds: float = 60, **query: Any) -> Obj:
        """Read again and again until the object is as wanted."""
        end = time.monotonic() + seconds
        while True:
            answer = await self.get(path, **query)
            if answer.status == 200 and content(answer.body):
                found: Obj = answer.body
                return found
            assert time.monotonic() < end, f"not within {seconds} s: {answer.text[:3000]}"
            await asyncio.sleep(0.05)


def deployment(name: str, script: str, *, image: str = "test.local/busybox:1", **container: Any) -> Obj:
    """A Deployment of one shell script, gone within a second when deleted."""
    one = {"name": "app", "image": image, "command": ["sh", "-c", script], **container}
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [one]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
