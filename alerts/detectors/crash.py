"""A container that crashes and restarts.

The trigger is the restart count's rise per pod UID and container; the state only labels it. Silent: a container that
was cut off by its node, or that completed, unless it happens again and again; a Job's retries likewise; anything on a
pod that is being deleted. A crash holds until the container has been running and ready for the quiet period.
"""

from __future__ import annotations

from collections.abc import Iterable

from alerts.causes import cause_of, memory, memory_limit
from alerts.containers import One, find, last_end, lies_dead, waiting_for
from alerts.model import DetectorSettings, Finding, Rise, Seen
from alerts.owners import owner_of
from alerts.restarts import is_well
from bot.core.objects import Pod
from bot.core.ref import Ref


class CrashSettings(DetectorSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The section ``detectors.crash``."""

    repeats: int = 3
    """How many restarts in one streak make it a crash where a single one is normal life: exit code 0 under
    restartPolicy Always, a cut by the node, and the retries of a Job."""


class Crash:
    name = "crash"
    kind = "Pod"
    settings = CrashSettings

    def detect(self, seen: Seen, settings: DetectorSettings) -> Iterable[Finding]:
        pod = seen.object
        assert isinstance(pod, Pod)
        assert isinstance(settings, CrashSettings)
        for rise in seen.rises.values():
            one = find(pod, rise.container)
            if one is None:
                continue
            # A restart that nobody has been told of is told, even when the container has long been well again.
            if not rise.fresh and is_well(pod, rise, seen.now, seen.quiet) is not None:
                continue
            finding = _finding(seen, pod, one, rise)
            if not _is_normal(pod, one, rise, finding, settings):
                yield finding


def _is_normal(pod: Pod, one: One, rise: Rise, finding: Finding, settings: CrashSettings) -> bool:
    repeated = rise.restarts >= settings.repeats
    if finding.cause.code == "completed":
        if one.role == "init container" or pod.spec.restart_policy != "Always":
            return True  # an init container runs again whenever the sandbox is replaced
        return not (repeated or waiting_for(one.status) == "CrashLoopBackOff")
    if finding.cause.code == "node" or finding.workload.kind in ("Job", "CronJob"):
        return not repeated
    return False


def _finding(seen: Seen, pod: Pod, one: One, rise: Rise) -> Finding:
    owner = owner_of(seen.observed, pod)
    ended = last_end(one.status)
    waiting = one.status.state.waiting if one.status.state else None
    limit = memory_limit(one.spec)
    return Finding(
        detector="crash",
        failure="crash",
        workload=owner.ref,
        workload_guessed=owner.guessed,
        object=Ref(seen.cluster, "Pod", pod.metadata.namespace or "", pod.metadata.name, pod.metadata.uid),
        container=rise.container,
        role=one.role,
        cause=cause_of(ended, one.spec, waiting_for(one.status), (waiting.message or "") if waiting else ""),
        since=rise.first,
        last=rise.last,
        restarts=rise.restarts,
        count=rise.count,
        node=pod.spec.node_name or "",
        image=(one.spec.image if one.spec else None) or one.status.image or "",
        limit=memory(limit) if limit else "",
        looping=waiting_for(one.status) == "CrashLoopBackOff" or rise.restarts > 1,
        terminated=ended,
        log_is_current=lies_dead(one.status),
    )


DETECTOR = Crash()
