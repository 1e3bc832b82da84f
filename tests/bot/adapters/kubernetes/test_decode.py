"""Bytes to narrow structs."""

from __future__ import annotations

import json

import msgspec
import pytest

from bot.adapters.kubernetes.decode import Decoders
from bot.core.objects import Meta, Pod
from tests.bot.adapters.kubernetes.scripted import bookmark, line, listing, pod, status_object

PODS = Decoders("Pod")


def page(*items: dict[str, object]) -> bytes:
    return json.dumps(listing(items, 7, "next")).encode()


def test_a_page_has_its_items_version_and_token() -> None:
    found = PODS.page(page(pod("a", 1)))
    assert (found.version, found.go_on, [one.metadata.name for one in found.items]) == ("7", "next", ["a"])


def test_a_list_may_say_null_for_no_items() -> None:
    assert PODS.page(b'{"metadata": {"resourceVersion": "3", "continue": null}, "items": null}').items == ()


def test_nulls_where_fields_are_optional() -> None:
    body = b'{"type":"ADDED","object":{"metadata":{"name":"a","namespace":null,"labels":null,"ownerReferences":null},'
    body += b'"spec":{"nodeName":null,"containers":null},"status":{"conditions":null,"containerStatuses":null}}}'
    change = PODS.line(body)
    assert isinstance(change.object, Pod)
    assert change.object.status.conditions is None


def test_a_bookmark_only_carries_a_version() -> None:
    change = PODS.line(bookmark(42))
    assert (change.type, change.version) == ("BOOKMARK", "42")


def test_an_error_carries_the_status() -> None:
    change = PODS.line(line("ERROR", status_object(410, "Expired", "too old")))
    assert change.failure is not None
    assert (change.failure.code, change.failure.reason) == (410, "Expired")


def test_the_second_copy_that_kubectl_apply_leaves_is_dropped() -> None:
    one = pod("a", 1)
    one["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{…}", "team": "web"}
    assert PODS.line(line("ADDED", one)).object.metadata.annotations == {"team": "web"}
    assert PODS.page(page(one)).items[0].metadata.annotations == {"team": "web"}


def test_an_odd_object_is_left_out_and_known_to_exist(caplog: pytest.LogCaptureFixture) -> None:
    odd = pod("odd", 2) | {"status": {"conditions": 5}}
    found = PODS.page(page(pod("a", 1), odd))
    assert [one.metadata.name for one in found.items] == ["a"]
    assert [one.metadata.name for one in found.left_out] == ["odd"]
    change = PODS.line(line("MODIFIED", odd))
    assert (change.object, change.version) == (None, "2")
    assert "odd" in caplog.text


def test_the_deletion_of_an_odd_object_is_still_seen() -> None:
    change = PODS.line(line("DELETED", pod("odd", 2) | {"status": {"conditions": 5}}))
    assert change.object.metadata.name == "odd"


def test_what_is_no_event_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        PODS.line(b"<html>")


def test_an_unknown_kind_is_reduced_to_its_metadata() -> None:
    assert isinstance(Decoders("ConfigMap").line(line("ADDED", pod("a", 1))).object, Meta)
