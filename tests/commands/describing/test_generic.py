"""Kinds without a describer of their own."""

from __future__ import annotations

from typing import Any

from tests.commands.builders import NOW, at, event
from tests.commands.scene import Scene
from tests.fakes.reader import FakeReader


def thing(kind: str, **more: Any) -> dict[str, Any]:
    meta = {"name": "x", "namespace": "shop", "creationTimestamp": at(7200), "labels": {"app": "x"}}
    return {"kind": kind, "metadata": meta, **more}


async def test_conditions_status_and_events() -> None:
    limited = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": "no metrics"}
    raw = thing("HorizontalPodAutoscaler", status={"currentReplicas": 3, "conditions": [limited], "a": [{"b": 1}]})
    reader = FakeReader(raw)
    reader.happened = [event("HorizontalPodAutoscaler", "x", "FailedGetResourceMetric", "no metrics", 30)]
    text = (await Scene(reader, now=NOW).ask("describe hpa/x")).text
    assert "• ScalingActive is False: FailedGetResourceMetric: no metrics" in text
    assert "currentReplicas: 3" in text
    assert "a[0].b: 1" in text
    assert "30 s" in text
    assert "Labels app=x" in text


async def test_data_and_secret_like_status_are_never_shown() -> None:
    raw = thing(
        "ControllerRevision", data={"password": "hunter2-a", "plain": "hunter2-b"}, status={"token": "hunter2-c"}
    )
    text = (await Scene(FakeReader(raw), now=NOW).ask("describe controllerrevision/x")).text
    assert "hunter2" not in text
    assert "token: [redacted]" in text


async def test_deletion_that_hangs_is_said() -> None:
    raw = thing("PersistentVolumeClaim", status={"phase": "Bound"})
    raw["metadata"] |= {"deletionTimestamp": at(600), "finalizers": ["kubernetes.io/pvc-protection"]}
    text = (await Scene(FakeReader(raw), now=NOW).ask("describe pvc/x")).text
    assert "• It is being deleted since 10 min." in text
    assert "Finalizers: kubernetes.io/pvc-protection" in text
    assert "Bound, 2 h old" in text
