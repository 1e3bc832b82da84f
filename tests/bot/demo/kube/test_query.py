"""Paths taken apart."""

from __future__ import annotations

import pytest

from bot.demo.kube.errors import ApiError
from bot.demo.kube.query import UnknownGroup, boolean, target


def test_a_whole_path() -> None:
    found = target("/apis/apps/v1/namespaces/shop/deployments/api/scale")
    assert (found.resource.kind, found.namespace, found.name, found.full) == (
        "Deployment",
        "shop",
        "api",
        "deployments/scale",
    )


def test_a_namespace_is_an_object_too() -> None:
    found = target("/api/v1/namespaces/shop")
    assert (found.resource.kind, found.name, found.namespace) == ("Namespace", "shop", "")


@pytest.mark.parametrize("path", ["/api/v1/nope", "/api/v1/namespaces/s/pods/p/scale", "/api/v1/pods/p"])
def test_paths_that_are_not_there(path: str) -> None:
    with pytest.raises(ApiError) as caught:
        target(path)
    assert caught.value.code == 404


def test_a_group_that_is_not_there() -> None:
    with pytest.raises(UnknownGroup):
        target("/apis/nope/v1/things")


def test_booleans() -> None:
    assert [boolean({"watch": text}, "watch") for text in ("1", "true", "0", "false", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
