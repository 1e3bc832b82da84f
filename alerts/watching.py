"""One cluster as the pipeline follows it: the synchronous side, run on the watch path for every change.

A healthy pod's update compares a few integers and is done. What looks wrong is only noted here; it is judged later, off
the watch path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from alerts.model import Detector, DetectorSettings, Finding, Seen
from alerts.ports import Observed
from alerts.restarts import Ledger, is_well
from bot.core.objects import Object, Pod
from bot.core.ports import Reader, Store

# A reflector that could resume its watch after an outage lists nothing: then its view is trusted after this long.
_TRUST_AFTER = 60.0
# Until these are listed, who owns a pod is a guess and an owner that is missing may only not be listed yet.
_OWNERS = ("ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "Rollout")
# But a kind that may not be listed (a missing right) must not silence everything else.
_OWNERS_WITHIN = 30.0
# Time alone ends a streak: a pod that did not change is judged again this often. Thousands may crash at once.
_JUDGE_EVERY = 5.0


class Watched:
    """Cluster, ledger, and what is known of the view's age."""

    def __init__(self, observed: Observed, reader: Reader, store: Store, now: Callable[[], float]) -> None:
        self.cluster = observed.cluster
        self.observed = observed
        self.reader = reader
        self.ledger = Ledger(observed.cluster, store, now)
        self.down_since = 0.0
        self.down_why = ""
        self._now = now
        self._listed: set[str] = set()
        self._pods_since = 0.0
        self._back_since = 0.0
        self._judged: dict[str, tuple[float, list[Finding]]] = {}

    # --- the watch path -----------------------------------------------------------------------------------------------

    def changed(self, kind: str, new: Object | None, old: Object | None) -> bool:
        """True when there is something to judge at once."""
        if kind != "Pod":
            return False
        if new is None:
            return isinstance(old, Pod) and self._gone(old)
        assert isinstance(new, Pod)
        self._judged.pop(new.metadata.uid, None)
        return self.ledger.observe(new) or new.metadata.uid in self.ledger.rises

    def _gone(self, pod: Pod) -> bool:
        known = pod.metadata.uid in self.ledger.rises
        self._judged.pop(pod.metadata.uid, None)
        self.ledger.forget(pod.metadata.uid)
        return known

    def listed(self, kind: str) -> None:
        self._listed.add(kind)
        if kind == "Pod":
            self._pods_since = self._pods_since or self._now()
            self.ledger.listed(lambda uid: self.observed.by_uid("Pod", uid) is not None)

    def unreachable(self, why: str) -> None:
        self.down_since, self.down_why = self._now(), why
        self._listed.clear()

    def reachable(self) -> None:
        self.down_since, self.down_why = 0.0, ""
        self._back_since = self._now()

    # --- judgement ----------------------------------------------------------------------------------------------------

    @property
    def begun(self) -> bool:
        """Whether enough is known to judge anything: the pods, and who owns them."""
        owners = all(kind in self._listed for kind in _OWNERS if self.observed.watches(kind))
        waited = bool(self._pods_since) and self._now() - self._pods_since >= _OWNERS_WITHIN
        return bool(self._pods_since) and (owners or waited or bool(self._back_since))

    def in_view(self, kind: str) -> bool:
        """Whether what is cached of a kind is the present, so that something may be called recovered."""
        if self.down_since:
            return False
        pods = "Pod" in self._listed and (kind in self._listed or not self.observed.watches(kind))
        resumed = bool(self._back_since) and self._now() - self._back_since >= _TRUST_AFTER
        return pods or resumed

    def findings(
        self, detectors: Mapping[str, Detector], settings: Mapping[str, DetectorSettings], quiet: float
    ) -> Iterator[Finding]:
        """What holds now, by every detector; streaks that are over are closed."""
        now = self._now()
        for uid in list(self.ledger.rises):
            at, found = self._judged.get(uid, (0.0, []))
            if now - at >= _JUDGE_EVERY:
                pod = self.observed.by_uid("Pod", uid)
                if isinstance(pod, Pod):
                    found = list(self._judge(pod, detectors, settings, now, quiet))
                    if uid in self.ledger.rises:
                        self._judged[uid] = (now, found)
                elif self.observed.synced("Pod"):
                    self.ledger.forget(uid)
                    self._judged.pop(uid, None)
                    continue
            yield from found

    def _judge(
        self,
        pod: Pod,
        detectors: Mapping[str, Detector],
        settings: Mapping[str, DetectorSettings],
        now: float,
        quiet: float,
    ) -> Iterator[Finding]:
        rises = dict(self.ledger.rises[pod.metadata.uid])
        seen = Seen(cluster=self.cluster, object=pod, observed=self.observed, rises=rises, now=now, quiet=quiet)
        told: set[str] = set()
        for name, detector in detectors.items():
            if detector.kind == "Pod" and settings[name].enabled:
                for finding in detector.detect(seen, settings[name]):
                    told.add(finding.container)
                    yield finding
        self._close(pod, told, now, quiet)

    def _close(self, pod: Pod, told: set[str], now: float, quiet: float) -> None:
        """Restarts of which no detector makes anything are known from now on; a well container's streak ends."""
        uid = pod.metadata.uid
        for container, rise in list(self.ledger.rises.get(uid, {}).items()):
            if container in told:
                continue
            self.ledger.settle(uid, container, rise.count)
            if is_well(pod, rise, now, quiet) is not None:
                self.ledger.end(uid, container)
