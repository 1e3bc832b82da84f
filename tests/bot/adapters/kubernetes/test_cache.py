"""What was last seen, found by name and by uid."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.adapters.kubernetes.cache import Cache
from bot.core.objects import Pod
from tests.bot.adapters.kubernetes.scripted import pod


def made(name: str, version: int = 1, **parts: Any) -> Pod:
    return msgspec.json.decode(msgspec.json.encode(pod(name, version, **parts)), type=Pod)


def names(cache: Cache, namespace: str = "") -> set[str]:
    return {found.metadata.name for found in cache.items("Pod", namespace)}


def test_found_by_name_and_by_uid() -> None:
    cache = Cache("prod")
    cache.put("Pod", one := made("a"))
    assert cache.get("Pod", "shop", "a") is one
    assert cache.by_uid("Pod", "uid-a") is one
    assert cache.get("Pod", "payments", "a") is None
    assert cache.get("Job", "shop", "a") is None


def test_items_of_one_namespace_or_all() -> None:
    cache = Cache("prod")
    for one in (made("a"), made("b"), made("c", namespace="payments")):
        cache.put("Pod", one)
    assert names(cache) == {"a", "b", "c"}
    assert names(cache, "payments") == {"c"}
    assert cache.count("Pod") == 3


def test_items_stay_whole_while_things_change() -> None:
    cache = Cache("prod")
    cache.put("Pod", made("a"))
    for _ in cache.items("Pod"):
        cache.put("Pod", made("b"))
        cache.drop("Pod", ("shop", "a"))
    assert names(cache) == {"b"}


def test_a_name_used_again_forgets_the_old_uid() -> None:
    cache = Cache("prod")
    cache.put("Pod", made("a", uid="first"))
    cache.put("Pod", made("a", 2, uid="second"))
    assert cache.by_uid("Pod", "first") is None
    assert cache.count("Pod") == 1


def test_dropping_forgets_both_ways_and_twice_is_harmless() -> None:
    cache = Cache("prod")
    cache.put("Pod", one := made("a"))
    assert cache.drop("Pod", ("shop", "a")) is one
    assert cache.drop("Pod", ("shop", "a")) is None
    assert cache.by_uid("Pod", "uid-a") is None
    assert cache.keys("Pod") == []


def test_synced_only_when_every_expected_list_has_arrived() -> None:
    cache = Cache("prod")
    assert not cache.synced("Pod")
    cache.expect("Pod", "shop")
    cache.expect("Pod", "payments")
    cache.arrived("Pod", "shop")
    assert not cache.synced("Pod")
    cache.arrived("Pod", "payments")
    assert cache.synced("Pod")


def test_repeated_strings_are_kept_once() -> None:
    cache = Cache("prod")
    first, second = made("a"), made("b")
    assert first.spec.node_name is not second.spec.node_name
    cache.put("Pod", first)
    cache.put("Pod", second)
    assert first.spec.node_name is second.spec.node_name
    assert first.metadata.namespace is second.metadata.namespace
