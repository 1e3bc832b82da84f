"""Names and numbers."""

from __future__ import annotations

import pytest

from bot.demo.kube.errors import ApiError
from bot.demo.kube.resources import BY_KIND
from bot.demo.kube.validation import check


@pytest.mark.parametrize("name", ["", "UPPER", "under_score", "-x", "x-", "a..b", "a/b", "x" * 254])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        check(BY_KIND["ConfigMap"], {"metadata": {"name": name}})
    assert caught.value.code == 422


@pytest.mark.parametrize("name", ["a", "a.b-c.d", "0", "x" * 253])
def test_names_that_are_not(name: str) -> None:
    check(BY_KIND["ConfigMap"], {"metadata": {"name": name}})


def test_a_namespace_has_no_dots() -> None:
    with pytest.raises(ApiError):
        check(BY_KIND["Namespace"], {"metadata": {"name": "a.b"}})


def test_an_hpa_upside_down() -> None:
    obj = {"metadata": {"name": "x"}, "spec": {"minReplicas": 5, "maxReplicas": 3}}
    with pytest.raises(ApiError) as caught:
        check(BY_KIND["HorizontalPodAutoscaler"], obj)
    assert "must be greater than or equal to `minReplicas`" in caught.value.message
