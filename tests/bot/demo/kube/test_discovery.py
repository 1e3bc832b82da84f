"""What is not served is not told."""

from __future__ import annotations

from bot.demo.kube.discovery import answer


def test_every_group_that_is_told_has_its_list() -> None:
    groups = answer("/apis")
    assert groups is not None
    for group in groups["groups"]:
        version = group["preferredVersion"]["groupVersion"]
        listed = answer(f"/apis/{version}")
        assert listed is not None
        assert listed["resources"], version


def test_what_is_no_discovery() -> None:
    assert answer("/apis/nope/v1") is None
    assert answer("/api/v1/pods") is None
