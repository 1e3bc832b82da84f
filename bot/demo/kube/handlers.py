"""One request to one resource: authorization, the verb, the subresource, and the answer's bytes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from aiohttp import web

from bot.demo.kube import listing, logs, patching, watching
from bot.demo.kube import query as q
from bot.demo.kube.access import Access
from bot.demo.kube.clock import Clock
from bot.demo.kube.errors import bad_request, conflict, method_not_allowed
from bot.demo.kube.faults import Faults
from bot.demo.kube.ports import Runtime
from bot.demo.kube.registry import Registry
from bot.demo.kube.resources import BY_KIND, Resource
from bot.demo.kube.selectors import to_text
from bot.demo.kube.store import Obj, clone


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    encoded = msgspec.json.encode(body) + b"\n"
    return web.Response(body=encoded, status=status, content_type="application/json", headers=headers)


async def read_json(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad_request(f"invalid JSON in the request body: {error}") from error
    if not isinstance(value, dict):
        raise bad_request("json: cannot unmarshal array into Go value of type map[string]interface {}")
    return value


def verb_of(request: web.Request, target: q.Target) -> str:
    """The word that rights use for this request."""
    if request.method == "GET":
        watch = q.boolean(request.query, "watch") and not target.name
        return "get" if target.name else "watch" if watch else "list"
    words = {"POST": "create", "PUT": "update", "PATCH": "patch"}
    if request.method == "DELETE":
        return "delete" if target.name else "deletecollection"
    return words.get(request.method, request.method.lower())


class Handlers:
    """The verbs of the resource API."""

    def __init__(self, registry: Registry, access: Access, faults: Faults, runtime: Runtime, clock: Clock) -> None:
        self.registry, self.access, self.faults, self.runtime, self.clock = registry, access, faults, runtime, clock

    async def handle(self, request: web.Request, user: str) -> web.StreamResponse:
        target = q.target(request.path)
        verb = verb_of(request, target)
        self.access.check(user, verb, target)
        if target.subresource == "log":
            return await self._log(request, target)
        if target.subresource == "scale":
            return await self._scale(request, target)
        if target.subresource in ("eviction", "binding"):
            return await self._evict(request, target)
        match verb:
            case "watch":
                partial = q.wants_partial(request.headers.get("Accept", ""))
                watch = watching.Watch(
                    self.registry.store, target.resource, target.namespace, request.query, partial=partial
                )
                return await watching.serve(watch, request, self.faults)
            case "list":
                partial = q.wants_partial(request.headers.get("Accept", ""))
                found = listing.list_objects(
                    self.registry.store, target.resource, target.namespace, request.query, partial=partial
                )
                return reply(found)
            case "get":
                obj = self.registry.get(target.resource, target.namespace, target.name)
                return reply(q.partial(obj) if q.wants_partial(request.headers.get("Accept", "")) else obj)
            case "create" | "update" | "patch" | "delete" | "deletecollection":
                return await self._write(request, target, verb)
            case _:
                raise method_not_allowed()

    async def _write(self, request: web.Request, target: q.Target, verb: str) -> web.Response:
        dry_run = request.query.get("dryRun") == "All"
        resource, namespace, name = target.resource, target.namespace, target.name
        if (verb == "create") == bool(name) or (verb == "patch" and not name):
            raise method_not_allowed()
        if verb == "create":
            return reply(self.registry.create(resource, namespace, await read_json(request), dry_run=dry_run), 201)
        if verb == "update":
            return await self._update(request, target, dry_run=dry_run)
        if verb == "patch":
            body, content_type = await request.read(), request.headers.get("Content-Type", "")
            return reply(self.patch(target, content_type, body, dry_run=dry_run))
        options = await read_json(request)
        if "gracePeriodSeconds" in request.query:
            options["gracePeriodSeconds"] = q.integer(request.query, "gracePeriodSeconds")
        if verb == "deletecollection":
            found = listing.list_objects(self.registry.store, resource, namespace, request.query, partial=False)
            for obj in found["items"]:
                self.registry.delete(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"], options)
            return reply(found)
        return reply(self._delete(resource, namespace, name, options))

    def _delete(self, resource: Resource, namespace: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
        before = self.registry.get(resource, namespace, name)
        left = self.registry.delete(resource, namespace, name, options)
        if left is not None or resource.kind == "Pod":
            return left or before
        group = {"group": resource.group} if resource.group else {}
        details = {"name": name, **group, "kind": resource.plural, "uid": before["metadata"]["uid"]}
        return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}

    async def _update(self, request: web.Request, target: q.Target, *, dry_run: bool) -> web.Response:
        obj, resource = await read_json(request), target.resource
        missing = self.registry.store.get(resource, target.namespace, target.name) is None
        if missing and resource.kind == "Lease":  # leases may be created by an update
            return reply(self.registry.create(resource, target.namespace, obj, dry_run=dry_run), 201)
        new = self.registry.update(
            resource, target.namespace, target.name, obj, subresource=target.subresource, dry_run=dry_run
        )
        return reply(new)

    def patch(self, target: q.Target, content_type: str, body: bytes, *, dry_run: bool = False) -> Obj:
        """Apply a patch to an object or to its status."""
        resource, namespace, name = target.resource, target.namespace, target.name
        old = self.registry.get(resource, namespace, name)
        new = patching.apply(resource, content_type, body, old)
        return self.registry.update(resource, namespace, name, new, subresource=target.subresource, dry_run=dry_run)

    async def _log(self, request: web.Request, target: q.Target) -> web.StreamResponse:
        if request.method != "GET":
            raise method_not_allowed()
        pod = self.registry.get(target.resource, target.namespace, target.name)
        return await logs.serve(request, pod, self.runtime, self.clock)

    async def _evict(self, request: web.Request, target: q.Target) -> web.Response:
        if target.subresource != "eviction" or request.method != "POST":
            raise method_not_allowed()
        body = await read_json(request)
        self.registry.delete(BY_KIND["Pod"], target.namespace, target.name, body.get("deleteOptions"))
        return reply({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201)

    async def _scale(self, request: web.Request, target: q.Target) -> web.Response:
        obj = self.registry.get(target.resource, target.namespace, target.name)
        scale = scale_of(obj)
        if request.method == "GET":
            return reply(scale)
        if request.method == "PATCH":
            body, content_type = await request.read(), request.headers.get("Content-Type", "")
            wanted = patching.apply(BY_KIND["ConfigMap"], content_type, body, scale)
        elif request.method == "PUT":
            wanted = await read_json(request)
        else:
            raise method_not_allowed()
        version = (wanted.get("metadata") or {}).get("resourceVersion")
        if version and version != obj["metadata"]["resourceVersion"]:
            raise conflict(target.resource, target.name)
        new = clone(obj)
        new["spec"]["replicas"] = (wanted.get("spec") or {}).get("replicas", 0)
        dry_run = request.query.get("dryRun") == "All"
        return reply(
            scale_of(self.registry.update(target.resource, target.namespace, target.name, new, dry_run=dry_run))
        )


def scale_of(obj: Obj) -> dict[str, Any]:
    """The Scale that stands for a workload."""
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    current = status.get("HPAReplicas", 0) if obj["kind"] == "Rollout" else status.get("replicas", 0)
    scaled: dict[str, Any] = {"replicas": spec["replicas"]} if spec.get("replicas") else {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: meta[key] for key in kept if key in meta},
        "spec": scaled,
        "status": {"replicas": current, "selector": to_text(spec.get("selector") or {})},
    }
