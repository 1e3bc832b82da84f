"""Names, finalizers, identity."""

from __future__ import annotations

import pytest

from bot.demo.kube.cluster import Cluster
from bot.demo.kube.errors import ApiError
from bot.demo.kube.resources import BY_KIND
from tests.bot.demo.kube.helpers import every, get

CONFIG = BY_KIND["ConfigMap"]


def test_a_generated_name_gets_five_letters(cluster: Cluster) -> None:
    made = cluster.registry.create(CONFIG, "shop", {"metadata": {"generateName": "x-"}})
    assert len(made["metadata"]["name"]) == len("x-") + 5


def test_what_has_a_finalizer_stays_until_it_is_taken_away(cluster: Cluster) -> None:
    cluster.registry.create(CONFIG, "shop", {"metadata": {"name": "a", "finalizers": ["x/y"]}})
    cluster.registry.delete(CONFIG, "shop", "a")
    lingering = get(cluster, "ConfigMap", "a")
    assert lingering["metadata"]["deletionTimestamp"]
    free = {**lingering, "metadata": {**lingering["metadata"], "finalizers": []}}
    cluster.registry.update(CONFIG, "shop", "a", free)
    assert "a" not in [one["metadata"]["name"] for one in every(cluster, "ConfigMap")]


def test_the_server_keeps_what_is_its_own(cluster: Cluster) -> None:
    made = cluster.registry.create(CONFIG, "shop", {"metadata": {"name": "a"}})
    forged = {**made, "metadata": {**made["metadata"], "uid": "x", "creationTimestamp": "1999-01-01T00:00:00Z"}}
    now = cluster.registry.update(CONFIG, "shop", "a", forged)
    assert now["metadata"] == made["metadata"]


def test_another_kind_is_refused(cluster: Cluster) -> None:
    with pytest.raises(ApiError) as caught:
        cluster.registry.create(CONFIG, "shop", {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}})
    assert caught.value.code == 400
