"""Owners: every chain that Kubernetes builds, and those with a link missing."""

from __future__ import annotations

import pytest

from alerts.owners import owner_of
from bot.core.objects import Job, Object, ObjectMeta, OwnerReference, Pod
from tests.alerts.tools import FakeObserved, pod, replicaset, running


def owned(kind: str, name: str) -> ObjectMeta:
    return ObjectMeta(owner_references=(OwnerReference(kind, name, f"uid-{name}", controller=True),))


def job(name: str, *owner: str) -> Job:
    owners = (OwnerReference(owner[0], owner[1], "uid-owner", controller=True),) if owner else None
    return Job(ObjectMeta(name=name, namespace="shop", uid=f"uid-{name}", owner_references=owners))


@pytest.mark.parametrize(
    ("owner", "cached", "slug", "guessed"),
    [
        (None, [], "pod/checkout-6d5f-x7k2p", False),
        (("Node", "ip-10-0-3-7"), [], "pod/checkout-6d5f-x7k2p", False),
        (("ReplicaSet", "checkout-6d5f"), [("ReplicaSet", replicaset())], "deploy/checkout", False),
        (
            ("ReplicaSet", "checkout-6d5f"),
            [("ReplicaSet", replicaset(owner=("Rollout", "storefront")))],
            "rollout/storefront",
            False,
        ),
        (("ReplicaSet", "checkout-6d5f"), [], "deploy/checkout", True),
        (("ReplicaSet", "odd"), [], "rs/odd", True),
        (("ReplicaSet", "alone"), [("ReplicaSet", replicaset("alone", None))], "rs/alone", False),
        (("StatefulSet", "db"), [], "sts/db", False),
        (("DaemonSet", "agent"), [], "ds/agent", False),
        (("Job", "load"), [("Job", job("load"))], "job/load", False),
        (("Job", "night-29000000"), [("Job", job("night-29000000", "CronJob", "night"))], "cj/night", False),
        (("Job", "night-29000000"), [], "cj/night", True),
        (("Job", "load"), [], "job/load", True),
        (("SparkApplication", "etl"), [], "sparkapplication/etl", False),
    ],
)
def test_chains(owner: tuple[str, str] | None, cached: list[tuple[str, Object]], slug: str, guessed: bool) -> None:
    observed = FakeObserved()
    for kind, one in cached:
        observed.objects[kind, "shop", one.metadata.name] = one
    found = owner_of(observed, pod(running(), owner=owner))
    assert (found.ref.slug, found.guessed) == (slug, guessed)
    assert found.ref.namespace == "shop"


def test_an_owner_that_does_not_control_is_none() -> None:
    meta = ObjectMeta(name="x", namespace="shop", uid="u", owner_references=(OwnerReference("ConfigMap", "keeps"),))
    assert owner_of(FakeObserved(), Pod(metadata=meta)).ref.slug == "pod/x"


def test_a_rollouts_pod_is_known_by_its_label() -> None:
    labels = {"rollouts-pod-template-hash": "5bc"}
    meta = ObjectMeta(name="x", namespace="shop", uid="u", labels=labels)
    owner = owned("ReplicaSet", "storefront-5bc").owner_references
    one = Pod(
        metadata=ObjectMeta(**{**{f: getattr(meta, f) for f in meta.__struct_fields__}, "owner_references": owner})
    )
    assert owner_of(FakeObserved(), one).ref.slug == "rollout/storefront"


def test_the_chain_is_told_from_below() -> None:
    observed = FakeObserved()
    observed.objects["ReplicaSet", "shop", "checkout-6d5f"] = replicaset()
    assert [ref.slug for ref in owner_of(observed, pod(running())).chain] == ["rs/checkout-6d5f", "deploy/checkout"]
