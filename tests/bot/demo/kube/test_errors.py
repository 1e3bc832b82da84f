"""Status objects."""

from __future__ import annotations

from bot.demo.kube.errors import Cause, forbidden, invalid, not_found
from bot.demo.kube.resources import BY_KIND


def test_not_found_names_the_qualified_resource() -> None:
    body = not_found(BY_KIND["Deployment"], "x").body()
    assert (body["code"], body["message"]) == (404, 'deployments.apps "x" not found')
    assert body["details"] == {"name": "x", "group": "apps", "kind": "deployments"}


def test_several_causes_stand_in_brackets() -> None:
    error = invalid("Pod", "", "x", [Cause("a", "bad"), Cause("b", "worse")])
    assert error.message == 'Pod "x" is invalid: [a: bad, b: worse]'


def test_a_subresource_is_named_in_a_refusal() -> None:
    error = forbidden("me", "get", "pods/log", "", "shop", "x")
    told = 'pods "x" is forbidden: User "me" cannot get resource "pods/log" in API group "" in the namespace "shop"'
    assert error.message == told
