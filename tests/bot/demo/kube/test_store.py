"""Objects, versions, history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.kube.clock import Agenda
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.store import ObjectStore

CONFIG = BY_KIND["ConfigMap"]


def thing(name: str, data: str = "") -> dict[str, object]:
    return {"metadata": {"name": name, "namespace": "shop"}, "data": {"x": data}}


@pytest.fixture
def store() -> ObjectStore:
    return ObjectStore(Agenda(start=0.0, speed=None))


def test_each_write_has_its_own_version_and_what_changes_nothing_is_no_write(store: ObjectStore) -> None:
    first = store.create(CONFIG, thing("a"))
    assert store.replace(CONFIG, first) is first
    second = store.replace(CONFIG, {**first, "data": {"x": "1"}})
    assert int(second["metadata"]["resourceVersion"]) == int(first["metadata"]["resourceVersion"]) + 1
    assert first["data"] == {"x": ""}, "what a reader holds does not change under it"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["put", "delete"]), st.integers(0, 9)), max_size=30))
def test_the_past_can_be_read_at_every_version(steps: list[tuple[str, str, int]]) -> None:
    store = ObjectStore(Agenda(start=0.0, speed=None))
    then = {store.version: store.objects(CONFIG)}
    for name, what, value in steps:
        there = store.get(CONFIG, "shop", name)
        if what == "delete" and there:
            store.remove(CONFIG, "shop", name)
        elif what == "put" and there:
            store.replace(CONFIG, {**there, "data": {"x": str(value)}})
        elif what == "put":
            store.create(CONFIG, thing(name, str(value)))
        then[store.version] = store.objects(CONFIG)
    for version, objects in then.items():
        assert store.objects_at(version, CONFIG) == objects


def test_compaction_forgets(store: ObjectStore) -> None:
    store.create(CONFIG, thing("a"))
    before = store.version
    store.compact()
    assert store.oldest > before
    assert store.since(0, CONFIG) == []
