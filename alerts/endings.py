"""Whether an incident is over, judged on the objects as they are now, never by silence. Pure.

Called when no finding of the incident holds any more and the cluster is known to be in view.
"""

from __future__ import annotations

from alerts import incidents
from alerts.incidents import Extent
from alerts.model import Ending, Incident
from alerts.ports import Observed
from bot.core.objects import Job, Pod, Workload
from bot.core.ref import Ref


def extent_of(observed: Observed, workload: Ref) -> Extent:
    """How many pods the workload should have, and how many are ready."""
    held = observed.get(workload.kind, workload.namespace, workload.name)
    if isinstance(held, Pod):
        return Extent(1, int(any(c.type == "Ready" and c.status == "True" for c in held.status.conditions or ())))
    if isinstance(held, Workload):
        status = held.status
        if workload.kind == "DaemonSet":
            return Extent(status.desired_number_scheduled or 0, status.number_ready or 0)
        wanted = held.spec.replicas if held.spec.replicas is not None else 1
        return Extent(max(wanted, status.replicas or 0), status.ready_replicas or 0)
    if isinstance(held, Job):
        return Extent((held.status.active or 0), 0)
    return Extent()


def advance(observed: Observed, incident: Incident, now: float, quiet: float) -> Incident:
    """One look at an incident without findings: still waiting, calm, or over."""
    ending = _closed(observed, incident)
    extent = extent_of(observed, incident.workload)
    if ending:
        return incidents.end(incident, ending, extent, now)
    alive = [one for one in incident.members if observed.by_uid("Pod", one.uid)]
    steady = bool(alive) and len(alive) == len(incident.members)
    if not steady and not _available(observed, incident.workload):
        return incidents.uncalm(incident)
    after = incidents.calm(incident, now)
    # Steady containers have already been well for a quiet period; replaced ones are given it now.
    needed = incidents.damped(quiet, incident.reopened) - (quiet if steady else 0.0)
    if now - after.calm_since < needed:
        return after
    return incidents.end(after, "steady" if steady else "replaced", extent, now)


def _closed(observed: Observed, incident: Incident) -> Ending:
    """The workload cannot fail any more, which says nothing about its health."""
    workload = incident.workload
    held = observed.get(workload.kind, workload.namespace, workload.name)
    if held is None:
        if workload.kind == "Pod" or observed.synced(workload.kind):
            return "deleted"
        # A kind that is not watched: its pods are all that can be judged.
        if any(observed.by_uid("Pod", one.uid) for one in incident.members):
            return ""
        return "finished" if workload.kind in ("Job", "CronJob") else "deleted"
    if workload.uid and held.metadata.uid and held.metadata.uid != workload.uid:
        return "deleted"  # another one has taken its name
    if isinstance(held, Workload) and workload.kind != "DaemonSet" and held.spec.replicas == 0:
        return "scaled to 0"
    if isinstance(held, Job) and any(
        one.type in ("Complete", "Failed") and one.status == "True" for one in held.status.conditions or ()
    ):
        return "finished"
    return ""


def _available(observed: Observed, workload: Ref) -> bool:
    """Every wanted pod is there, of the present template, and available."""
    held = observed.get(workload.kind, workload.namespace, workload.name)
    if isinstance(held, Pod):
        return False
    if not isinstance(held, Workload):
        return True  # a Job between two pods, a CronJob: nothing of it crashes now
    status = held.status
    seen = str(status.observed_generation or 0)  # a Rollout of old may carry a hash here
    if seen.isdigit() and int(seen) < (held.metadata.generation or 0):
        return False
    if workload.kind == "DaemonSet":
        wanted, updated, available = (
            status.desired_number_scheduled or 0,
            status.updated_number_scheduled,
            status.number_available,
        )
    else:
        wanted = held.spec.replicas if held.spec.replicas is not None else 1
        updated, available = status.updated_replicas, status.available_replicas
    if workload.kind in ("StatefulSet", "ReplicaSet", "Rollout"):
        updated = wanted  # a partition, a canary step: older pods may be meant to stay
    if workload.kind == "StatefulSet" and available is None:
        available = status.ready_replicas
    return (updated or 0) >= wanted and (available or 0) >= wanted
