"""Deployments that move from one template to the next and back; pods that are told to go."""

from __future__ import annotations

from tests.contract.kubernetes.wire import JSON_PATCH, Obj, Wire, deployment

REVISION = "deployment.kubernetes.io/revision"
SERVES = "echo hi > /tmp/index.html; exec httpd -f -h /tmp -p 8080"


def settled(obj: Obj) -> bool:
    status, wanted = obj["status"], obj["spec"]["replicas"]
    counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas")]
    return counts == [wanted] * 3 and status.get("observedGeneration") == obj["metadata"]["generation"]


async def replica_sets(api: Wire) -> dict[str, Obj]:
    """By image."""
    items = (await api.get(api.apps("replicasets"))).body["items"]
    return {one["spec"]["template"]["spec"]["containers"][0]["image"]: one for one in items}


async def test_an_image_change_rolls_and_an_undo_renumbers(api: Wire) -> None:
    body = deployment("good", SERVES)
    body["spec"]["replicas"] = 2
    await api.create(api.apps("deployments"), body)
    path = api.apps("deployments", "good")
    await api.until(path, settled)
    image = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "test.local/busybox:2"}]
    await api.patch(path, image, JSON_PATCH)
    rolled = await api.until(path, settled)
    assert rolled["metadata"]["annotations"][REVISION] == "2"
    sets = await replica_sets(api)
    old, new = sets["test.local/busybox:1"], sets["test.local/busybox:2"]
    assert (old["spec"]["replicas"], new["spec"]["replicas"]) == (0, 2)
    assert new["metadata"]["name"] == f"good-{new['metadata']['labels']['pod-template-hash']}"
    owner = new["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"], owner["controller"]) == ("Deployment", "good", True)
    progressing = next(one for one in rolled["status"]["conditions"] if one["type"] == "Progressing")
    assert (progressing["status"], progressing["reason"]) == ("True", "NewReplicaSetAvailable")
    assert progressing["message"] == f'ReplicaSet "{new["metadata"]["name"]}" has successfully progressed.'

    template = old["spec"]["template"]
    del template["metadata"]["labels"]["pod-template-hash"]
    await api.patch(path, [{"op": "replace", "path": "/spec/template", "value": template}], JSON_PATCH)
    undone = await api.until(path, settled)
    assert undone["metadata"]["annotations"][REVISION] == "3"
    back = (await replica_sets(api))["test.local/busybox:1"]
    assert back["metadata"]["name"] == old["metadata"]["name"]
    assert back["metadata"]["annotations"][REVISION] == "3"
    assert back["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "1"


async def test_scaling_is_told_in_events(api: Wire) -> None:
    await api.create(api.apps("deployments"), deployment("good", SERVES))
    path = api.apps("deployments", "good")
    await api.until(path, settled)
    await api.patch(f"{path}/scale", {"spec": {"replicas": 3}})
    await api.until(path, settled)
    name = next(iter((await replica_sets(api)).values()))["metadata"]["name"]
    events = await api.get(api.core("events"), fieldSelector="involvedObject.kind=Deployment")
    told = [event["message"] for event in events.body["items"] if event["reason"] == "ScalingReplicaSet"]
    assert sorted(told) == [f"Scaled up replica set {name} from 0 to 1", f"Scaled up replica set {name} from 1 to 3"]


async def test_a_deleted_pod_lingers_through_its_grace_and_ends(api: Wire) -> None:
    await api.create(api.apps("deployments"), deployment("good", SERVES))
    await api.until(api.apps("deployments", "good"), settled)
    listed = (await api.get(api.core("pods"), labelSelector="app=good")).body
    pod = listed["items"][0]["metadata"]
    answer = await api.ask("DELETE", api.core("pods", pod["name"]))
    assert (answer.status, answer.body["kind"]) == (200, "Pod")
    gone = answer.body["metadata"]
    assert (gone["deletionGracePeriodSeconds"], gone["generation"]) == (1, pod["generation"] + 1)

    def ended(events: list[Obj]) -> bool:
        return any(one["type"] == "DELETED" and one["object"]["metadata"]["uid"] == pod["uid"] for one in events)

    start = listed["metadata"]["resourceVersion"]
    events = await api.watch(api.core("pods"), ended, resourceVersion=start)
    mine = [one for one in events if one["object"]["metadata"]["uid"] == pod["uid"]]
    assert mine[0]["object"]["metadata"]["deletionTimestamp"]
    state = mine[-1]["object"]["status"]["containerStatuses"][0]["state"]
    assert state["terminated"]["exitCode"] in (137, 143)
    query = {"fieldSelector": f"involvedObject.name={pod['name']},reason=Killing"}
    killing = await api.until(api.core("events"), lambda body: bool(body["items"]), **query)
    assert killing["items"][0]["message"] == "Stopping container app"


async def test_a_job_that_ends_well(api: Wire) -> None:
    one = {"name": "app", "image": "test.local/busybox:1", "command": ["sh", "-c", "echo settled; exit 0"]}
    spec = {"template": {"spec": {"restartPolicy": "Never", "containers": [one]}}}
    path = f"/apis/batch/v1/namespaces/{api.namespace}/jobs"
    await api.create(path, {"metadata": {"name": "done"}, "spec": spec})
    done = await api.until(f"{path}/done", lambda obj: bool((obj.get("status") or {}).get("completionTime")))
    assert [one["type"] for one in done["status"]["conditions"]] == ["SuccessCriteriaMet", "Complete"]
    pods = (await api.get(api.core("pods"), labelSelector="job-name=done")).body["items"]
    assert [(pod["status"]["phase"], pod["status"]["containerStatuses"][0]["restartCount"]) for pod in pods] == [
        ("Succeeded", 0)
    ]
    assert pods[0]["status"]["containerStatuses"][0]["state"]["terminated"]["reason"] == "Completed"
