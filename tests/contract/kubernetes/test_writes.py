"""Creating, patching, replacing and deleting: codes, reasons and texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.kubernetes.wire import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Wire, deployment

REJECTED = "the server rejected our request due to an error in our request"
MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


async def quiet(api: Wire) -> str:
    """A Deployment without pods, and its path."""
    made = deployment("quiet", "exec sleep 3600")
    made["spec"]["replicas"] = 0
    await api.create(api.apps("deployments"), made)
    path = api.apps("deployments", "quiet")
    await api.until(path, lambda obj: obj["status"].get("observedGeneration") == 1)
    return path


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "test", "path": "/spec/replicas", "value": 99}],
        [{"op": "remove", "path": "/spec/nope"}],
        [{"op": "replace", "path": "/spec/nope/x", "value": 1}],
        [{"op": "test", "path": "/spec/nope", "value": 1}],
        [
            {"op": "add", "path": "/metadata/labels/x", "value": "y"},
            {"op": "test", "path": "/spec/replicas", "value": 9},
        ],
    ],
)
async def test_a_json_patch_that_does_not_fit_changes_nothing(api: Wire, operations: list[Any]) -> None:
    path = await quiet(api)
    before = (await api.get(path)).body
    answer = await api.patch(path, operations, JSON_PATCH)
    assert (answer.status, answer.reason, answer.message) == (422, "Invalid", REJECTED)
    assert (await api.get(path)).body["metadata"]["generation"] == before["metadata"]["generation"]


async def test_a_json_patch_with_a_test_that_holds(api: Wire) -> None:
    path = await quiet(api)
    operations = [
        {"op": "test", "path": "/spec/replicas", "value": 0},
        {"op": "add", "path": "/spec/paused", "value": True},
    ]
    answer = await api.patch(path, operations, JSON_PATCH)
    assert (answer.status, answer.body["spec"]["paused"]) == (200, True)
    assert answer.body["metadata"]["generation"] == 2


@pytest.mark.parametrize(
    ("content_type", "body", "status", "reason", "message"),
    [
        (
            JSON_PATCH,
            b'{"a":1}',
            400,
            "BadRequest",
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
        ),
        (
            MERGE_PATCH,
            b'[{"op":"test"}]',
            400,
            "BadRequest",
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        ("application/json", b"{}", 415, "UnsupportedMediaType", "415: Unsupported Media Type"),
        (
            MERGE_PATCH,
            b'{"spec":{"replicas":-1}}',
            422,
            "Invalid",
            'Deployment.apps "quiet" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        ),
        (
            MERGE_PATCH,
            b'{"metadata":{"resourceVersion":"1"},"spec":{"replicas":0}}',
            409,
            "Conflict",
            f'Operation cannot be fulfilled on deployments.apps "quiet": {MODIFIED}',
        ),
    ],
)
async def test_what_a_patch_is_refused_for(  # noqa: PLR0917 - one column of the table each
    api: Wire, content_type: str, body: bytes, status: int, reason: str, message: str
) -> None:
    answer = await api.patch(await quiet(api), body, content_type)
    assert (answer.status, answer.reason, answer.message) == (status, reason, message)


async def test_the_selector_of_a_deployment_cannot_change(api: Wire) -> None:
    path = await quiet(api)
    answer = await api.patch(path, {"spec": {"selector": {"matchLabels": {"a": "b"}}}})
    assert answer.status == 422
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == [
        "spec.template.metadata.labels",
        "spec.selector",
    ]


async def test_a_strategic_patch_merges_containers_by_name(api: Wire) -> None:
    path = await quiet(api)
    container = {"name": "app", "env": [{"name": "A", "value": "1"}]}
    body = {"spec": {"template": {"spec": {"containers": [container]}}}}
    answer = await api.patch(path, body, STRATEGIC_PATCH)
    merged = answer.body["spec"]["template"]["spec"]["containers"]
    assert (len(merged), merged[0]["image"], merged[0]["env"]) == (1, "test.local/busybox:1", container["env"])


async def test_a_merge_patch_replaces_lists_and_deletes_by_null(api: Wire) -> None:
    path = await quiet(api)
    await api.patch(path, {"metadata": {"annotations": {"a": "1", "b": "2"}}})
    answer = await api.patch(path, {"metadata": {"annotations": {"a": None}}})
    assert "a" not in answer.body["metadata"]["annotations"]
    assert answer.body["metadata"]["annotations"]["b"] == "2"
    assert answer.body["metadata"]["generation"] == 3, "a Deployment's annotations count, its labels do not"
    answer = await api.patch(path, {"metadata": {"labels": {"c": "3"}}})
    assert answer.body["metadata"]["generation"] == 3


async def test_what_changes_nothing_writes_nothing(api: Wire) -> None:
    path = await quiet(api)
    before = (await api.get(path)).body
    answer = await api.patch(path, {"spec": {"replicas": 0}})
    assert answer.body["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_status_and_specification_are_written_apart(api: Wire) -> None:
    path = await quiet(api)
    answer = await api.patch(f"{path}/status", {"spec": {"replicas": 7}, "status": {"readyReplicas": 0}})
    assert (answer.status, answer.body["spec"]["replicas"], answer.body["metadata"]["generation"]) == (200, 0, 1)
    answer = await api.patch(path, {"status": {"replicas": 42}})
    assert answer.body["status"].get("replicas", 0) == 0


async def test_the_scale_of_a_deployment(api: Wire) -> None:
    path = await quiet(api)
    scale = (await api.get(f"{path}/scale")).body
    assert (scale["kind"], scale["apiVersion"], scale["spec"]) == ("Scale", "autoscaling/v1", {})
    assert scale["status"] == {"replicas": 0, "selector": "app=quiet"}
    await api.patch(path, {"spec": {"paused": True}})
    answer = await api.patch(f"{path}/scale", {"spec": {"replicas": 2}})
    assert (answer.status, answer.body["spec"]["replicas"]) == (200, 2)
    assert (await api.get(path)).body["spec"]["replicas"] == 2


async def test_a_put_over_an_old_version_conflicts(api: Wire) -> None:
    path = await quiet(api)
    old = (await api.get(path)).body
    await api.patch(path, {"metadata": {"labels": {"x": "y"}}})
    answer = await api.ask("PUT", path, old)
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert answer.message == f'Operation cannot be fulfilled on deployments.apps "quiet": {MODIFIED}'


async def test_a_dry_run_is_not_kept(api: Wire) -> None:
    path = await quiet(api)
    answer = await api.patch(path, {"spec": {"replicas": 5}}, dryRun="All")
    assert (answer.status, answer.body["spec"]["replicas"]) == (200, 5)
    assert (await api.get(path)).body["spec"]["replicas"] == 0


@pytest.mark.parametrize(
    ("body", "status", "reason", "message"),
    [
        (
            {"metadata": {"name": "Bad_Name"}},
            422,
            "Invalid",
            (
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                "must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            ),
        ),
        ({"metadata": {}}, 422, "Invalid", "metadata.name: Required value: name or generateName is required"),
        (
            {"metadata": {"name": "a", "namespace": "other"}},
            400,
            "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
    ],
)
async def test_what_a_create_is_refused_for(
    api: Wire, body: dict[str, Any], status: int, reason: str, message: str
) -> None:
    answer = await api.ask("POST", api.core("configmaps"), body)
    assert (answer.status, answer.reason) == (status, reason)
    assert answer.message.endswith(message)


async def test_a_name_is_taken_once(api: Wire) -> None:
    await api.create(api.core("configmaps"), {"metadata": {"name": "a"}})
    answer = await api.ask("POST", api.core("configmaps"), {"metadata": {"name": "a"}})
    assert (answer.status, answer.reason, answer.message) == (409, "AlreadyExists", 'configmaps "a" already exists')


async def test_a_missing_namespace_is_told(api: Wire) -> None:
    answer = await api.ask("POST", "/api/v1/namespaces/no-such/configmaps", {"metadata": {"name": "a"}})
    assert (answer.status, answer.message) == (404, 'namespaces "no-such" not found')


async def test_deleting_tells_what_went(api: Wire) -> None:
    made = await api.create(api.core("configmaps"), {"metadata": {"name": "a"}})
    wrong = {"preconditions": {"uid": "11111111-2222-3333-4444-555555555555"}}
    answer = await api.ask("DELETE", api.core("configmaps", "a"), wrong)
    assert (answer.status, answer.reason) == (409, "Conflict")
    answer = await api.ask("DELETE", api.core("configmaps", "a"))
    assert (answer.status, answer.body["status"]) == (200, "Success")
    assert answer.body["details"] == {"name": "a", "kind": "configmaps", "uid": made["metadata"]["uid"]}
    answer = await api.ask("DELETE", api.core("configmaps", "a"))
    assert (answer.status, answer.message) == (404, 'configmaps "a" not found')


async def test_a_lease_wants_its_version_and_may_be_created_by_a_put(api: Wire) -> None:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{api.namespace}/leases"
    lease = {"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}}
    assert (await api.ask("PUT", f"{path}/l", lease)).status == 201
    answer = await api.ask("PUT", f"{path}/l", lease)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert answer.message.endswith("metadata.resourceVersion: Invalid value: 0: must be specified for an update")
    lease["metadata"]["resourceVersion"] = "1"
    assert (await api.ask("PUT", f"{path}/l", lease)).status == 409


async def test_methods_that_do_not_exist(api: Wire) -> None:
    path = await quiet(api)
    for answer in (await api.ask("POST", path, {}), await api.patch(api.apps("deployments"), {})):
        assert (answer.status, answer.reason) == (405, "MethodNotAllowed")


async def test_one_may_ask_what_one_may(api: Wire) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    asked = {"resourceAttributes": {"verb": "get", "resource": "pods", "namespace": api.namespace}}
    answer = await api.ask("POST", path, {"spec": asked})
    assert (answer.status, answer.body["status"]["allowed"]) == (201, True)
    assert answer.body["spec"] == asked
