"""Lists: selectors, pages with continue tokens, and what ``resourceVersion`` means for them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from bot.demo.kube import query as q
from bot.demo.kube.errors import ApiError, bad_request, expired
from bot.demo.kube.resources import Resource
from bot.demo.kube.selectors import field_selector, label_selector
from bot.demo.kube.store import Obj, ObjectStore

_TOO_OLD_TOKEN = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "  # noqa: S105 - a message
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


def _token(version: int, after: str) -> str:
    """``version`` -1 marks the inconsistent token of a 410: go on with whatever is there now."""
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": f"{after}\0"}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[int, str]:
    try:
        data = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return int(data["rv"]), str(data["start"]).rstrip("\0")
    except (ValueError, KeyError, TypeError) as error:
        raise bad_request(f"invalid continue token: continue key is not valid: {error}") from error


def too_large(version: int, current: int) -> ApiError:
    """A version from the future, from another cluster's life: the server waits a little and gives up."""
    causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    told = f"Timeout: Too large resource version: {version}, current: {current}"
    return ApiError(504, "Timeout", told, {"causes": causes, "retryAfterSeconds": 1})


def _position(obj: Obj, namespace: str) -> str:
    meta = obj["metadata"]
    return meta["name"] if namespace or "namespace" not in meta else f"{meta['namespace']}/{meta['name']}"


class _Page:
    """Which objects, as of which version, from where on."""

    def __init__(self, store: ObjectStore, resource: Resource, namespace: str, query: Mapping[str, str]) -> None:
        wanted = q.version(query)
        self.version = store.version
        self.after = ""
        if token := query.get("continue", ""):
            version, self.after = _read_token(token)
            if version == -1:
                version = store.version
            elif version < store.oldest:
                error = expired(_TOO_OLD_TOKEN)
                error.metadata = {"continue": _token(-1, self.after)}
                raise error
            self.version = version
        elif wanted is not None and wanted > store.version:
            raise too_large(wanted, store.version)
        elif wanted and query.get("resourceVersionMatch") == "Exact":
            if wanted < store.oldest:
                raise expired("The resourceVersion for the provided list is too old.")
            self.version = wanted
        now = self.version == store.version
        self.objects = (
            store.objects(resource, namespace) if now else store.objects_at(self.version, resource, namespace)
        )


def list_objects(
    store: ObjectStore, resource: Resource, namespace: str, query: Mapping[str, str], *, partial: bool
) -> dict[str, Any]:
    """The body of a LIST."""
    q.check_list_options(query)
    labels = label_selector(query.get("labelSelector", ""))
    fields = field_selector(resource, query.get("fieldSelector", ""))
    limit = q.integer(query, "limit") or 0
    page = _Page(store, resource, namespace, query)
    found = [obj for obj in page.objects if labels(obj) and fields(obj)]
    # Keys compare as the store orders them, namespace first: "a/x" < "a-b/x" would be wrong as plain text.
    if page.after:
        start = tuple(page.after.split("/"))
        found = [obj for obj in found if tuple(_position(obj, namespace).split("/")) > start]
    meta: dict[str, Any] = {"resourceVersion": str(page.version)}
    # The watch cache, which answers resourceVersion=0, gives everything and knows no pages.
    if limit and query.get("resourceVersion") != "0" and len(found) > limit:
        rest = len(found) - limit
        found = found[:limit]
        meta["continue"] = _token(page.version, _position(found[-1], namespace))
        if not query.get("labelSelector") and not query.get("fieldSelector"):
            meta["remainingItemCount"] = rest
    kind, api_version = f"{resource.kind}List", resource.api_version
    items = found if resource.custom else [_untyped(obj) for obj in found]
    if partial:
        kind, api_version = "PartialObjectMetadataList", "meta.k8s.io/v1"
        items = [q.partial(obj) for obj in found]
    return {"kind": kind, "apiVersion": api_version, "metadata": meta, "items": items}


def _untyped(obj: Obj) -> Obj:
    """In lists of built-in kinds the items do not say their kind."""
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}
