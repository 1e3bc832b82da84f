"""Defaults that a client sees."""

from __future__ import annotations

import pytest

from bot.demo.kube.defaults import fill, quality
from bot.demo.kube.resources import BY_KIND


def test_a_deployment_is_filled_in() -> None:
    container = {"name": "a", "image": "b", "resources": {"limits": {"memory": "1Mi"}}}
    obj = {"metadata": {}, "spec": {"template": {"spec": {"containers": [container]}}}}
    fill(BY_KIND["Deployment"], obj)
    spec = obj["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": "25%"}
    filled = spec["template"]["spec"]["containers"][0]
    assert filled["resources"]["requests"] == {"memory": "1Mi"}, "a limit is a request"
    assert filled["imagePullPolicy"] == "Always", "an image without a tag"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"requests": {"cpu": "1", "memory": "1"}, "limits": {"cpu": "1", "memory": "1"}}, "Guaranteed"),
    ],
)
def test_quality_of_service(resources: dict[str, dict[str, str]], expected: str) -> None:
    assert quality({"containers": [{"resources": resources}]}) == expected
