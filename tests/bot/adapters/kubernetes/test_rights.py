"""Which rights are asked for, and what is said of those that are missing."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.adapters.kubernetes.cluster import WATCHED
from bot.adapters.kubernetes.rights import Right, explain, find_missing, needed, needed_for_lease
from tests.bot.adapters.kubernetes.scripted import Api

REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


async def ask(denied: list[dict[str, str]], rights: list[Right]) -> tuple[list[Right], list[dict[str, str]]]:
    async def review(request: web.Request) -> web.StreamResponse:
        asked = (await request.json())["spec"]["resourceAttributes"]
        return web.json_response({"status": {"allowed": asked not in denied}})

    async with Api() as api:
        api.script("POST", REVIEW, review)
        missing = await find_missing(api.transport(), rights)
        return missing, [body["spec"]["resourceAttributes"] for *_, body in api.asked]


async def test_every_right_is_asked_and_none_is_missing() -> None:
    missing, asked = await ask([], needed() + needed_for_lease("bots"))
    assert missing == []
    assert {"verb": "get", "resource": "pods", "subresource": "log"} in asked
    assert {"verb": "watch", "group": "apps", "resource": "deployments"} in asked
    assert {"verb": "get", "group": "metrics.k8s.io", "resource": "pods"} in asked
    assert {"verb": "update", "group": "coordination.k8s.io", "resource": "leases", "namespace": "bots"} in asked


async def test_only_reading_is_asked_for() -> None:
    assert {right.verb for right in needed()} == {"get", "list", "watch"}
    assert "secrets" not in {right.resource for right in needed()}


def test_what_is_watched_is_among_the_rights() -> None:
    for kind in WATCHED:
        for verb in ("list", "watch"):
            assert any((one.group, one.resource, one.verb) == (kind.group, kind.plural, verb) for one in needed())


async def test_what_is_missing_is_named_with_the_rule_that_mends_it() -> None:
    denied: list[dict[str, Any]] = [
        {"verb": verb, "group": "apps", "resource": "replicasets"} for verb in ("list", "watch")
    ]
    missing, _ = await ask(denied, needed())
    (sentence,) = explain("prod", missing)
    assert sentence == (
        "cluster prod: not allowed to list/watch replicasets in all namespaces: "
        "add {apiGroups: [apps], resources: [replicasets], verbs: [list, watch]} to Watchkeeper's ClusterRole"
    )


async def test_with_namespaces_the_rights_inside_them_are_asked() -> None:
    denied = [{"verb": "get", "resource": "pods", "subresource": "log", "namespace": "payments"}]
    missing, asked = await ask(denied, needed(["shop", "payments"]))
    assert {"verb": "list", "resource": "nodes"} in asked
    assert {"verb": "list", "resource": "pods"} not in asked
    (sentence,) = explain("prod", missing)
    assert sentence == (
        "cluster prod: not allowed to get pods/log in namespace payments: "
        'add {apiGroups: [""], resources: [pods/log], verbs: [get]} to a Role in payments'
    )
