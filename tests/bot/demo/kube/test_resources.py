"""Every kind that Watchkeeper knows is served, under the path that it uses."""

from __future__ import annotations

from bot.core.ref import KINDS
from bot.demo.kube.query import target
from bot.demo.kube.resources import BY_KIND


def test_every_known_kind_is_served_where_it_is_looked_for() -> None:
    for kind in KINDS:
        found = target(kind.path("shop", "x"))
        assert (found.resource.kind, found.name) == (kind.name, "x")
        assert found.namespace == ("shop" if kind.namespaced else "")


def test_qualified_names() -> None:
    assert (BY_KIND["Pod"].key, BY_KIND["Deployment"].key) == ("pods", "deployments.apps")
    assert (BY_KIND["Rollout"].api_version, BY_KIND["Rollout"].custom) == ("argoproj.io/v1alpha1", True)
