"""Scales, whatever the kind."""

from __future__ import annotations

from bot.demo.kube.handlers import scale_of


def test_a_rollout_tells_its_own_count() -> None:
    meta = {"name": "r", "namespace": "shop", "uid": "u", "labels": {"x": "y"}}
    spec = {"replicas": 4, "selector": {"matchLabels": {"app": "r"}}}
    scale = scale_of({"kind": "Rollout", "metadata": meta, "spec": spec, "status": {"HPAReplicas": 3, "replicas": 9}})
    assert (scale["spec"], scale["status"]) == ({"replicas": 4}, {"replicas": 3, "selector": "app=r"})
    assert "labels" not in scale["metadata"]
