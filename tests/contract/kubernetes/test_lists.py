"""Lists: pages, resource versions, selectors, errors."""

from __future__ import annotations

import pytest

from tests.contract.kubernetes.wire import Wire

PARTIAL = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


async def three(api: Wire) -> None:
    for name, tier in (("a", "web"), ("b", "web"), ("c", "db")):
        await api.create(api.core("configmaps"), {"metadata": {"name": name, "labels": {"tier": tier}}})


def names(body: dict[str, object]) -> list[str]:
    return [obj["metadata"]["name"] for obj in body["items"]]  # type: ignore[attr-defined]


async def own(api: Wire, **query: object) -> list[str]:
    found = await api.get(api.core("configmaps"), **query)
    assert found.status == 200, found.text
    return [name for name in names(found.body) if name in "abc"]


async def test_pages_are_one_consistent_list(api: Wire) -> None:
    await three(api)
    picked = {"labelSelector": "tier"}
    first = (await api.get(api.core("configmaps"), limit=2, **picked)).body
    assert names(first) == ["a", "b"]
    # What is written between two pages belongs to the next list.
    await api.create(api.core("configmaps"), {"metadata": {"name": "bb", "labels": {"tier": "x"}}})
    rest = (
        await api.get(api.core("configmaps"), limit=2, **{**picked, "continue": first["metadata"]["continue"]})
    ).body
    assert names(rest) == ["c"]
    assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert "continue" not in rest["metadata"]


async def test_a_page_counts_what_remains_when_nothing_is_filtered(api: Wire) -> None:
    await three(api)
    total = len(names((await api.get(api.core("configmaps"))).body))
    page = (await api.get(api.core("configmaps"), limit=1)).body
    assert page["metadata"]["remainingItemCount"] == total - 1


async def test_the_items_of_a_built_in_list_do_not_say_their_kind(api: Wire) -> None:
    await three(api)
    body = (await api.get(api.core("configmaps"))).body
    assert (body["kind"], body["apiVersion"]) == ("ConfigMapList", "v1")
    assert all("kind" not in item and "apiVersion" not in item for item in body["items"])


async def test_only_the_metadata_when_asked(api: Wire) -> None:
    await three(api)
    body = (await api.get(api.core("configmaps"), accept=PARTIAL)).body
    assert (body["kind"], body["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert {frozenset(item) for item in body["items"]} == {frozenset({"kind", "apiVersion", "metadata"})}


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("tier=web", ["a", "b"]),
        ("tier==db", ["c"]),
        ("tier!=web", ["c"]),
        ("tier in (web, db)", ["a", "b", "c"]),
        ("tier notin (web),tier", ["c"]),
        ("!tier", []),
    ],
)
async def test_label_selectors(api: Wire, selector: str, found: list[str]) -> None:
    await three(api)
    assert await own(api, labelSelector=selector) == found


async def test_field_selectors(api: Wire) -> None:
    await three(api)
    assert await own(api, fieldSelector="metadata.name=b") == ["b"]
    assert await own(api, fieldSelector="metadata.name!=b") == ["a", "c"]


@pytest.mark.parametrize(
    ("path", "query", "status", "reason", "message"),
    [
        ("/api/v1/pods", {"fieldSelector": "spec.foo=1"}, 400, "BadRequest", "field label not supported: spec.foo"),
        ("/api/v1/events", {"fieldSelector": "foo=1"}, 400, "BadRequest", "field label not supported: foo"),
        (
            "/apis/apps/v1/deployments",
            {"fieldSelector": "spec.x=1"},
            400,
            "BadRequest",
            '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        (
            "/api/v1/pods",
            {"labelSelector": "=="},
            400,
            "BadRequest",
            "found '==', expected: !, identifier, or 'end of string'",
        ),
        ("/api/v1/pods", {"limit": "abc"}, 400, "BadRequest", 'strconv.ParseInt: parsing "abc": invalid syntax'),
        (
            "/api/v1/pods",
            {"resourceVersionMatch": "Exact"},
            422,
            "Invalid",
            (
                'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is '
                "forbidden unless resourceVersion is provided"
            ),
        ),
        ("/api/v1/nope", {}, 404, "NotFound", "the server could not find the requested resource"),
    ],
)
async def test_what_a_list_refuses(  # noqa: PLR0917 - one column of the table each
    api: Wire, path: str, query: dict[str, str], status: int, reason: str, message: str
) -> None:
    answer = await api.get(path, **query)
    assert (answer.status, answer.reason, answer.message) == (status, reason, message)
    assert (answer.body["kind"], answer.body["status"], answer.body["code"]) == ("Status", "Failure", status)


async def test_a_version_from_the_future_times_out(api: Wire) -> None:
    answer = await api.get("/api/v1/pods", resourceVersion=99999999)
    assert (answer.status, answer.reason) == (504, "Timeout")
    assert answer.message.startswith("Timeout: Too large resource version: 99999999, current: ")
    assert answer.body["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


async def test_a_broken_continue_token_is_refused(api: Wire) -> None:
    answer = await api.get("/api/v1/pods", **{"limit": 2, "continue": "abc"})
    assert (answer.status, answer.reason) == (400, "BadRequest")
    assert answer.message.startswith("invalid continue token: continue key is not valid: ")


async def test_an_unknown_group_is_answered_in_plain_text(api: Wire) -> None:
    answer = await api.get("/apis/nope.example.com/v1/things")
    assert (answer.status, answer.content_type, answer.text) == (404, "text/plain", "404 page not found\n")


async def test_discovery_tells_the_subresources(api: Wire) -> None:
    found = {entry["name"]: entry for entry in (await api.get("/apis/apps/v1")).body["resources"]}
    assert found["deployments"]["shortNames"] == ["deploy"]
    assert found["deployments/scale"]["kind"] == "Scale"
    assert found["deployments"]["namespaced"] is True
    pods = {entry["name"] for entry in (await api.get("/api/v1")).body["resources"]}
    assert {"pods", "pods/log", "pods/status", "events", "nodes"} <= pods
    assert (await api.get("/version")).body["minor"].startswith("3")
