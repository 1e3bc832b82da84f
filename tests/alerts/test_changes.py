"""What changed last, from ReplicaSets and ControllerRevisions as the API server gives them."""

from __future__ import annotations

from typing import Any

from alerts.changes import differences, last_change, of_controller_revisions, of_replicasets, short_image
from tests.alerts.tools import T0, at


def template(image: str = "registry.test/shop/app:1.41", **container: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "app", "image": image, **container}]}}


def replica_set(number: int, spec: dict[str, Any], created: float, owner: str = "uid-checkout") -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"checkout-{number}",
            "annotations": {"deployment.kubernetes.io/revision": str(number)},
            "ownerReferences": [{"uid": owner}],
            "creationTimestamp": at(created),
        },
        "spec": {"template": spec},
    }


def written(*entries: tuple[str, float, dict[str, Any]]) -> dict[str, Any]:
    return {
        "metadata": {
            "managedFields": [
                {"manager": manager, "time": at(when), "fieldsV1": {"f:spec": fields}}
                for manager, when, fields in entries
            ]
        }
    }


MEMORY = {"resources": {"limits": {"memory": "512Mi"}}}
LESS = {"resources": {"limits": {"memory": "256Mi"}}}


def test_the_newest_revision_is_compared_with_the_one_before() -> None:
    sets = [
        replica_set(18, template("registry.test/shop/app:1.42", **LESS), -120),
        replica_set(17, template(**MEMORY), -9000),
        replica_set(9, template("registry.test/shop/app:1.0"), -90000),
        replica_set(99, template("other:1"), 0, owner="uid-other"),
    ]
    workload = written(
        ("argocd-controller", -121, {"f:template": {}}), ("kube-controller-manager", 0, {"f:template": {}})
    )
    change = last_change(workload, of_replicasets(sets, "uid-checkout"))
    assert change is not None
    assert change.what == ("image 1.41 → 1.42", "memory limit 512 MiB → 256 MiB")
    assert (change.revision, change.by, change.at, change.note) == ("18", "argocd-controller", T0 - 120, "")


def test_a_revision_that_was_rolled_back_to_is_dated_by_its_writer() -> None:
    sets = [replica_set(19, template(), -90000), replica_set(18, template("registry.test/shop/app:1.42"), -500)]
    change = last_change(written(("kubectl", -60, {"f:template": {}})), of_replicasets(sets, "uid-checkout"))
    assert change is not None
    assert (change.at, change.what) == (T0 - 60, ("image 1.42 → 1.41",))


def test_a_first_revision_changed_nothing() -> None:
    assert last_change({}, of_replicasets([replica_set(1, template(), 0)], "uid-checkout")) is None


def test_a_scale_is_no_change_of_the_template() -> None:
    workload = written(("argocd", -500, {"f:template": {}}), ("hpa", -10, {"f:replicas": {}}))
    sets = [replica_set(2, template("a:2"), -500), replica_set(1, template("a:1"), -900)]
    change = last_change(workload, of_replicasets(sets, "uid-checkout"))
    assert change is not None
    assert change.by == "argocd"


def test_a_pod_of_an_earlier_revision_is_said_to_be_one() -> None:
    sets = [replica_set(2, template("a:2"), -5), replica_set(1, template("a:1"), -900)]
    change = last_change({}, of_replicasets(sets, "uid-checkout"), "checkout-1")
    assert change is not None
    assert change.note == "the failing pod still runs an earlier revision"


def test_controller_revisions_of_a_stateful_set() -> None:
    revisions = [
        {
            "metadata": {"name": f"db-{n}", "ownerReferences": [{"uid": "u"}], "creationTimestamp": at(n)},
            "revision": n,
            "data": {"spec": {"template": template(f"db:{n}")}},
        }
        for n in (1, 3, 2)
    ]
    change = last_change({}, of_controller_revisions(revisions, "u"))
    assert change is not None
    assert (change.what, change.revision) == (("image 2 → 3",), "3")


def test_variables_are_told_by_name_and_never_by_value() -> None:
    old = template(env=[{"name": "DB_PASSWORD", "value": "old-secret"}, {"name": "MODE", "value": "a"}])
    new = template(env=[{"name": "DB_PASSWORD", "value": "new-secret"}, {"name": "MODE", "value": "a"}])
    assert differences(old, new) == ("env DB_PASSWORD",)


def test_a_restart_is_called_one() -> None:
    new = template()
    new["metadata"] = {"annotations": {"kubectl.kubernetes.io/restartedAt": "2026-11-21T08:00:00Z"}}
    assert differences(template(), new) == ("restarted, nothing else",)


def test_several_containers_are_told_apart_and_many_changes_are_counted() -> None:
    def two(tag: str, **more: Any) -> dict[str, Any]:
        return {
            "spec": {"containers": [{"name": "app", "image": f"a:{tag}", **more}, {"name": "proxy", "image": "p:1"}]}
        }

    assert differences(two("1"), two("2")) == ("image 1 → 2 of app",)
    many = differences(two("1"), two("2", command=["x"], livenessProbe={"a": 1}, lifecycle={"b": 1}, volumeMounts=[1]))
    assert many[-1] == "and 1 more"
    assert len(many) == 5


def test_containers_and_the_pods_own_fields() -> None:
    new = template()
    new["spec"] |= {"initContainers": [{"name": "migrate"}], "serviceAccountName": "shop"}
    assert differences(template(), new) == ("container migrate added", "service account")


def test_images_in_short() -> None:
    assert short_image("registry.test:5000/shop/app:1.42") == "1.42"
    assert short_image("app@sha256:0123456789abcdef0123") == "0123456789ab"
    assert short_image("registry.test:5000/shop/app") == "latest"
    assert differences(template("a/app:1"), template("b/app:1")) == ("image a/app:1 → b/app:1",)


def test_a_limit_and_its_request_that_change_alike_are_told_once() -> None:
    def sized(limit: str, request: str) -> dict[str, Any]:
        return template(resources={"limits": {"memory": limit}, "requests": {"memory": request}})

    alike = differences(sized("512Mi", "512Mi"), sized("256Mi", "256Mi"))
    assert alike == ("memory limit and request 512 MiB → 256 MiB",)
    apart = differences(sized("512Mi", "256Mi"), sized("256Mi", "128Mi"))
    assert apart == ("memory limit 512 MiB → 256 MiB", "memory request 256 MiB → 128 MiB")
