"""The cluster itself: a real node that runs, kills and reports containers as Kubernetes does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cluster import manifests
from tests.cluster.client import Api, ApiError
from tests.cluster.lifecycle import Cluster
from tests.cluster.waiting import wait_until

pytestmark = pytest.mark.cluster
Apply = Callable[..., Any]


@pytest.fixture
def api(cluster: Cluster) -> Api:
    return cluster.api


def restarted(api: Api, namespace: str, field: str = "containerStatuses") -> dict[str, Any]:
    """The status of the first container that was restarted."""

    def look() -> Any:
        statuses = [each for pod in api.pods(namespace) for each in pod["status"].get(field, [])]
        return next((each for each in statuses if each["restartCount"]), None)

    found: dict[str, Any] = wait_until(look, 40, "a restart")
    return found


def ended(status: dict[str, Any]) -> dict[str, Any]:
    """The last termination, wherever the kubelet shows it at the moment."""
    over: dict[str, Any] = status["state"].get("terminated") or status["lastState"]["terminated"]
    return over


def messages(api: Api, namespace: str, reason: str) -> list[str]:
    events = api.get(f"/api/v1/namespaces/{namespace}/events", fieldSelector=f"reason={reason}")["items"]
    return [event["message"] for event in events]


def test_the_node_is_ready_and_of_the_pinned_version(own_cluster: Cluster) -> None:
    node = own_cluster.api.get("/api/v1/nodes/node-1")
    assert own_cluster.node_ready()
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.4"
    assert own_cluster.api.get("/version")["gitVersion"] == "v1.34.4"


def test_a_crash_restarts_and_its_words_can_be_read(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.exits("crash", code=7))
    assert ended(restarted(api, namespace))["exitCode"] == 7
    pod = api.pods(namespace)[0]["metadata"]["name"]
    assert manifests.LAST_WORDS in api.get(f"/api/v1/namespaces/{namespace}/pods/{pod}/log")


def test_the_kernel_kills_what_grows_over_its_limit(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.out_of_memory("oom"))
    assert ended(restarted(api, namespace))["reason"] == "OOMKilled"


def test_a_failing_liveness_probe_kills(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.fails_liveness("live"))
    restarted(api, namespace)
    assert any("failed liveness probe" in message for message in messages(api, namespace, "Killing"))


def test_an_init_container_that_fails_is_restarted(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.init_fails("init", code=3))
    status = restarted(api, namespace, "initContainerStatuses")
    assert (status["name"], ended(status)["exitCode"]) == ("migrate", 3)


def test_a_native_sidecar_crashes_beside_a_healthy_app(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.sidecar_crashes("side", code=2))
    status = restarted(api, namespace, "initContainerStatuses")
    assert (status["name"], ended(status)["exitCode"]) == ("proxy", 2)
    app = api.pods(namespace)[0]["status"]["containerStatuses"][0]
    assert "running" in app["state"]
    assert app["restartCount"] == 0


def test_a_repair_under_the_same_name_replaces_the_pod(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.exits("api"))
    restarted(api, namespace)
    apply(manifests.healthy("api", tag="2"))

    def repaired() -> bool:
        pods = api.pods(namespace)
        statuses = [pod["status"].get("containerStatuses", [{}])[0] for pod in pods]
        return len(pods) == 1 and bool(statuses[0].get("ready")) and statuses[0]["image"].endswith(":2")

    wait_until(repaired, 40, "only the new pod, ready")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (manifests.image_missing, "ErrImagePull"),
        (manifests.config_missing, "CreateContainerConfigError"),
        (manifests.program_missing, "RunContainerError"),
    ],
)
def test_what_cannot_start_says_why(
    api: Api, namespace: str, apply: Apply, broken: Callable[[str], dict[str, Any]], reason: str
) -> None:
    apply(broken("stuck"))

    def seen() -> bool:
        pods = api.pods(namespace)
        states = [each["state"] for pod in pods for each in pod["status"].get("containerStatuses", [])]
        return any(state.get("waiting", {}).get("reason") == reason for state in states)

    wait_until(seen, 30, reason)


def test_a_finished_job_is_complete(api: Api, namespace: str, apply: Apply) -> None:
    apply(manifests.finished_job("settle"))
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs/settle"
    wait_until(lambda: api.get(path)["status"].get("succeeded"), 30, "the Job's success")


def test_a_service_account_has_its_rights_and_no_more(namespace: str, kubeconfig_with: Callable[..., Any]) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
    bot = Api(kubeconfig_with(rules))
    assert bot.pods(namespace) == []
    with pytest.raises(ApiError, match=r'"system:serviceaccount:.*:watchkeeper" cannot list resource "secrets"'):
        bot.get(f"/api/v1/namespaces/{namespace}/secrets")


def test_the_audit_log_tells_who_asked_with_which_program(own_cluster: Cluster, namespace: str, audit: Any) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods/nothing-here"
    with pytest.raises(ApiError):
        own_cluster.api.get(path)
    entry = audit.wait("watchkeeper-tests", verb="get", namespace=namespace, name="nothing-here")[0]
    assert entry["responseStatus"]["code"] == 404
    assert entry["user"]["username"] == "watchkeeper-admin"
    assert audit.writes("watchkeeper-tests", name="nothing-here") == []
