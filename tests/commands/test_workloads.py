"""From a workload to its own pods, and to nobody else's."""

from __future__ import annotations

import pytest

from bot.core.errors import UserError
from bot.core.ref import Ref
from commands.workloads import owner, pods_of, selector
from tests.commands.builders import pod, replica_set, workload
from tests.fakes.reader import FakeReader


def test_selector_in_the_apis_spelling() -> None:
    rules = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
        {"key": "new", "operator": "Exists"},
        {"key": "x", "operator": "NotIn", "values": ["1"]},
    ]
    given = workload(spec={"selector": {"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": rules}})
    assert selector(given) == "a=1,b=2,tier in (a,b),!old,new,x notin (1)"
    assert selector(workload("Rollout", spec={"selector": None}, status={"selector": "app=x"})) == "app=x"
    assert selector(workload(spec={"selector": None})) == ""


async def test_only_owned_pods() -> None:
    reader = FakeReader(
        replica_set(),
        replica_set("api-old", uid="old-uid"),
        replica_set("twin", uid="twin-uid", owner="twin-deployment"),
        pod("new", owner="rs-uid"),
        pod("old", owner="old-uid"),
        pod("twins", owner="twin-uid"),
        pod("bare", metadata={"ownerReferences": []}),
    )
    found = await pods_of(workload(), Ref("prod", "Deployment", "shop", "api"), reader)
    assert [one["metadata"]["name"] for one in found] == ["new", "old"]
    assert owner(found[0])["uid"] == "rs-uid"


async def test_a_statefulset_owns_its_pods_itself() -> None:
    reader = FakeReader(pod("search-0", owner="search-uid"), pod("other"))
    found = await pods_of(workload("StatefulSet", "search"), Ref("prod", "StatefulSet", "shop", "search"), reader)
    assert [one["metadata"]["name"] for one in found] == ["search-0"]


async def test_without_a_selector_not_every_pod_is_taken() -> None:
    with pytest.raises(UserError, match="selects no pods"):
        await pods_of(workload(spec={"selector": {}}), Ref("prod", "Job", "shop", "x"), FakeReader(pod()))
