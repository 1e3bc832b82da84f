"""A Rollout's status: counts, phase and message, conditions, and how a step is written out."""

from __future__ import annotations

from typing import Any

from bot.demo.kube.controllers.shared import add_up, set_condition
from bot.demo.kube.store import Obj


def number(obj: Obj) -> int:
    return int(obj["spec"].get("replicas", 1))


def revision_of(obj: Obj) -> int:
    return int((obj["metadata"].get("annotations") or {}).get("rollout.argoproj.io/revision", 0))


def size_of(replica_set: Obj, field: str) -> int:
    return int((replica_set.get("status") or {}).get(field, 0))


def weight_at(steps: list[dict[str, Any]], index: int) -> int:
    """The last setWeight at or before a step."""
    weights = [int(step["setWeight"]) for step in steps[: index + 1] if "setWeight" in step]
    return weights[-1] if weights else 0


def step_text(step: dict[str, Any]) -> str:
    if "setWeight" in step:
        return f"setWeight: {step['setWeight']}"
    length = (step.get("pause") or {}).get("duration") if "pause" in step else None
    return f"pause: {length}" if length else next(iter(step), "")


def completed(obj: Obj, status: dict[str, Any]) -> bool:
    return status.get("stableRS") == status.get("currentPodHash") and status.get("updatedReplicas", 0) >= number(obj)


def _phase(obj: Obj, status: dict[str, Any]) -> tuple[str, str]:
    if status.get("abort"):
        return "Degraded", f"RolloutAborted: Rollout aborted update to revision {revision_of(obj)}"
    if obj["spec"].get("paused"):
        return "Paused", "manually paused"
    if status.get("pauseConditions"):
        return "Paused", str(status["pauseConditions"][0]["reason"])
    if status.get("updatedReplicas", 0) < number(obj) and completed_steps(obj, status):
        return "Progressing", "more replicas need to be updated"
    if status.get("availableReplicas", 0) < status.get("updatedReplicas", 0):
        return "Progressing", "updated replicas are still becoming available"
    if completed(obj, status):
        return "Healthy", ""
    return "Progressing", "waiting for all steps to complete"


def completed_steps(obj: Obj, status: dict[str, Any]) -> bool:
    steps = obj["spec"]["strategy"]["canary"].get("steps") or []
    return int(status.get("currentStepIndex") or 0) >= len(steps)


def finish_status(obj: Obj, status: dict[str, Any], new: Obj, sets: list[Obj], now: str) -> dict[str, Any]:
    """Counts, phase, message and conditions filled in; ``observedGeneration`` is a string here, as in reality."""
    counts = {
        "replicas": add_up(sets, lambda one: size_of(one, "replicas")),
        "readyReplicas": add_up(sets, lambda one: size_of(one, "readyReplicas")),
        "availableReplicas": add_up(sets, lambda one: size_of(one, "availableReplicas")),
        "updatedReplicas": size_of(new, "replicas"),
    }
    for field, value in counts.items():
        status.pop(field, None)
        if value:
            status[field] = value
    status["HPAReplicas"] = counts["replicas"]
    status["observedGeneration"] = str(obj["metadata"]["generation"])
    status.setdefault("blueGreen", {})
    status.setdefault("canary", {})
    status["phase"], message = _phase(obj, status)
    if message:
        status["message"] = message
    status["conditions"] = _conditions(obj, status, now)
    return status


def _conditions(obj: Obj, status: dict[str, Any], now: str) -> list[dict[str, Any]]:
    conditions = status.get("conditions") or []
    done = completed(obj, status)
    healthy = "Rollout is healthy" if done else "Rollout is not healthy"
    available = status.get("availableReplicas", 0) >= number(obj)
    enough = "Rollout has minimum availability" if available else "Rollout does not have minimum availability"
    paused = status["phase"] == "Paused"
    told: list[tuple[str, str, str, str]] = [
        ("Healthy", _word(done), "RolloutHealthy", healthy),
        ("Completed", _word(done), "RolloutCompleted", "RolloutCompleted"),
        ("Available", _word(available), "AvailableReason", enough),
    ]
    if status.get("abort"):
        text = f"Rollout aborted update to revision {revision_of(obj)}"
        told.append(("Progressing", "False", "RolloutAborted", text))
    elif paused:
        told.append(("Progressing", "Unknown", "RolloutPaused", "Rollout is paused"))
    else:
        reason = "NewReplicaSetAvailable" if done else "ReplicaSetUpdated"
        name = f"{obj['metadata']['name']}-{status.get('currentPodHash')}"
        text = f'ReplicaSet "{name}" {"has successfully progressed." if done else "is progressing."}'
        told.append(("Progressing", "True", reason, text))
    told.append(("Paused", _word(paused), "RolloutPaused", "Rollout is paused"))
    for kind, state, reason, message in told:
        entry = {"type": kind, "status": state, "reason": reason, "message": message}
        conditions = set_condition(conditions, entry, now)
    return conditions


def _word(value: bool) -> str:
    return "True" if value else "False"
