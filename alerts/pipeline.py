"""From watch events to Slack: watching -> detectors -> evidence -> incidents -> store -> outbox, in this order.

``tick`` does one round and takes no longer than the store does; ``run`` repeats it, at once when something restarted,
every second otherwise: time itself moves incidents, not the next watch event. Nothing is settled before the incident
that tells of it is stored, so a kill at any moment repeats a step and loses none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from alerts import endings, incidents
from alerts.evidence import Reading
from alerts.incidents import Extent
from alerts.model import RECOVERIES, Cause, Detector, DetectorSettings, Finding, Incident, Member, incident_key
from alerts.notify import Notifier
from alerts.ports import Observed
from alerts.refine import PLANNED
from alerts.settings import AlertSettings, detectors
from alerts.watching import Watched
from bot.core.errors import StoreError
from bot.core.objects import Object
from bot.core.ports import Messenger, Reader, Store
from bot.core.redact import redact
from bot.core.ref import Ref

log = logging.getLogger(__name__)

_ROUND = 1.0
_READINGS = 8  # readings of evidence under way in one cluster, each of a few requests
_RESEND = 86400.0  # an incident that ended longer ago is not looked at again after a start
_CLUSTER = "Cluster"


class Source(NamedTuple):
    """One cluster: what is watched of it, and how to read more."""

    observed: Observed
    reader: Reader


class _Candidate(NamedTuple):
    reading: Reading
    until: float


class Pipeline:
    """Implements ``alerts.ports.WatchSink``. ``start`` must have returned before the first ``changed``."""

    def __init__(
        self,
        sources: Sequence[Source],
        store: Store,
        messenger: Messenger,
        *,
        channel: str,
        settings: AlertSettings | None = None,
        detector_settings: Mapping[str, DetectorSettings] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings or AlertSettings()
        self._channel = channel
        self._store = store
        self._now = now
        self._detectors: Mapping[str, Detector] = detectors()
        given = detector_settings or {}
        self._detector_settings = {name: given.get(name) or one.settings() for name, one in self._detectors.items()}
        self._watched = {one.observed.cluster: Watched(one.observed, one.reader, store, now) for one in sources}
        self._gates = {cluster: asyncio.Semaphore(6 * _READINGS) for cluster in self._watched}
        self._firing: dict[str, Incident] = {}
        self._ended: dict[str, Incident] = {}
        self._unsaved: dict[str, Incident] = {}
        self._readings: dict[str, _Candidate] = {}
        self._late: dict[str, Reading] = {}
        self._wake = asyncio.Event()
        self._saving = asyncio.Lock()
        self._stopping = False
        self.notifier = Notifier(
            store,
            messenger,
            now=now,
            fallback=channel,
            edit_every=self._settings.edit_every,
            keep=self._settings.keep,
        )

    # --- WatchSink: on the watch path, quick --------------------------------------------------------------------------

    def changed(self, cluster: str, kind: str, old: Object | None, new: Object | None) -> None:
        if self._watched[cluster].changed(kind, new, old):
            self._wake.set()

    def listed(self, cluster: str, kind: str) -> None:
        self._watched[cluster].listed(kind)
        self._wake.set()

    def unreachable(self, cluster: str, why: str) -> None:
        self._watched[cluster].unreachable(why)
        self._wake.set()

    def reachable(self, cluster: str) -> None:
        self._watched[cluster].reachable()
        self._wake.set()

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Read what an earlier run knew. Raises StoreError: without its memory the bot would repeat or forget."""
        for watched in self._watched.values():
            await watched.ledger.load()
        loaded: list[Incident] = []
        after = ""
        while records := await self._store.query("incident/", after=after):
            loaded += [msgspec.json.decode(record.value, type=Incident) for record in records]
            after = records[-1].key
        now = self._now()
        members: dict[str, list[Member]] = defaultdict(list)
        recent = [one for one in loaded if one.state == "firing" or now - one.ended < _RESEND]
        for incident in sorted(recent, key=lambda one: one.noticed):
            kept = self._firing if incident.state == "firing" else self._ended
            kept[incident.key] = incident
            members[incident.workload.cluster] += incident.members
        for cluster, watched in self._watched.items():
            watched.ledger.resume(members[cluster])
        for incident in recent:
            self.notifier.offer(incident)

    @property
    def firing(self) -> int:
        """How many incidents are open."""
        return len(self._firing)

    async def run(self) -> None:
        """Rounds, until ``stop``."""
        while not self._stopping:
            self._wake.clear()
            try:
                await self.tick()
            except StoreError as error:
                log.warning("the store does not answer; nothing is lost, the next round repeats it: %s", error)
                await asyncio.sleep(_ROUND)
            except Exception:  # a fault in one round must be seen and must not end the watch
                log.exception("a round of alerts failed")
                await asyncio.sleep(_ROUND)
            pause = min(_ROUND, max(0.01, self.notifier.next_due - self._now()))
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def stop(self, limit: float) -> bool:
        """Send what is left within ``limit`` seconds; True when Slack has everything."""
        self._stopping = True
        self._wake.set()
        for reading in [one.reading for one in self._readings.values()] + list(self._late.values()):
            await reading.stop()
        try:
            await self._save()
        except StoreError as error:
            log.warning("stopping without the store: %s", error)
        return await self.notifier.stop(limit)

    async def tick(self) -> None:
        """One round."""
        told: list[tuple[Watched, Finding]] = []
        for cluster, watched in self._watched.items():
            self._reachability(cluster, watched)
            if not watched.begun:
                continue
            held: dict[str, list[Finding]] = defaultdict(list)
            for finding in watched.findings(self._detectors, self._detector_settings, self._settings.quiet):
                if finding.object.namespace in self._settings.ignore_namespaces:
                    watched.ledger.settle(finding.object.uid, finding.container, finding.count)
                else:
                    held[incident_key(finding)].append(finding)
            for key, findings in held.items():
                if self._take(watched, key, findings):
                    told += [(watched, finding) for finding in findings]
            self._judge(watched, held)
        await self._save()
        for watched, finding in told:
            watched.ledger.settle(finding.object.uid, finding.container, finding.count)
        for watched in self._watched.values():
            await watched.ledger.save()
        self.notifier.pump()

    # --- one round, step by step --------------------------------------------------------------------------------------

    def _put(self, incident: Incident) -> None:
        """This is what the incident is now; it is stored and told at the end of the round."""
        if incident.state == "firing":
            self._ended.pop(incident.key, None)
            self._firing[incident.key] = incident
        else:
            self._firing.pop(incident.key, None)
            self._ended[incident.key] = incident
            self._late.pop(incident.id, None)
        self._unsaved[incident.id] = incident

    async def _save(self) -> None:
        """Store first, then tell. What ended too long ago to come back needs no place in memory."""
        if self._unsaved:
            oldest = self._now() - self._settings.flap
            self._ended = {key: one for key, one in self._ended.items() if one.ended >= oldest}
        async with self._saving:  # a stop saves too, while a round may still be at it
            await self._save_each()

    async def _save_each(self) -> None:
        for incident in list(self._unsaved.values()):
            ttl = self._settings.keep if incident.state == "ended" else None
            await self._store.put(f"incident/{incident.id}", msgspec.json.encode(incident), ttl=ttl)
            if self._unsaved.get(incident.id) is incident:
                del self._unsaved[incident.id]
            self.notifier.offer(incident)

    def _take(self, watched: Watched, key: str, findings: list[Finding]) -> bool:
        """Findings of one workload and failure: feed its incident, bring it back, or look into a new one.

        True when an incident holds them all.
        """
        now, extent = self._now(), endings.extent_of(watched.observed, findings[0].workload)
        incident = self._firing.get(key)
        if incident is not None:
            after = incidents.feed(incident, findings, extent, now, escalate=self._settings.escalate)
            after = self._look_again(watched, after, findings)
            if after is not incident:
                self._put(after)
            return True
        if not any(self._is_fresh(watched, finding) for finding in findings):
            return True  # what is left of an incident that ended, as after a stop on purpose
        return self._look_into(watched, key, findings, extent)

    def _is_fresh(self, watched: Watched, finding: Finding) -> bool:
        rise = watched.ledger.rises.get(finding.object.uid, {}).get(finding.container)
        return bool(rise and rise.fresh)

    def _begin(self, watched: Watched, finding: Finding) -> Reading:
        reading = Reading(finding, watched.observed, watched.reader, self._gates[watched.cluster])
        reading.start(self._settings.evidence_limit, self._wake.set)
        return reading

    def _look_into(self, watched: Watched, key: str, findings: list[Finding], extent: Extent) -> bool:
        """Nothing is open: read evidence for a moment, then open it, or find that it was meant to happen."""
        now = self._now()
        candidate = self._readings.get(key)
        if candidate is None:
            reading = self._begin(watched, incidents.lead(findings))
            candidate = self._readings[key] = _Candidate(reading, now + self._settings.evidence)
        reading = candidate.reading
        if not reading.complete and now < candidate.until:
            return False
        del self._readings[key]
        cause, evidence = reading.result()
        first = next((one for one in findings if _same(one, reading.finding)), reading.finding)
        if cause.code == PLANNED:
            watched.ledger.settle(first.object.uid, first.container, first.count)
            watched.ledger.end(first.object.uid, first.container)
            return False
        ordered = [first, *(one for one in findings if not _same(one, first))]
        before = self._ended.get(key)
        if before and now - before.ended < self._settings.flap and before.ending in RECOVERIES:
            incident = incidents.reopen(before, ordered, cause, extent, now)
        else:
            incident = incidents.open_incident(ordered, cause, extent, self._channel, now)
        if not reading.complete:
            self._late[incident.id] = reading
        self._put(incidents.attach(incident, first, cause, evidence, now, whole=reading.complete))
        return True

    def _look_again(self, watched: Watched, incident: Incident, findings: list[Finding]) -> Incident:
        """Evidence that came late, and evidence for a new kind of cause."""
        reading = self._late.get(incident.id)
        if reading is None:
            fresh = incidents.new_cause(incident, findings)
            if fresh is not None:
                self._late[incident.id] = self._begin(watched, fresh)
            return incident
        return self._late_evidence(incident, reading)

    def _late_evidence(self, incident: Incident, reading: Reading) -> Incident:
        if not reading.complete:
            return incident
        del self._late[incident.id]
        cause, evidence = reading.result()
        finding, now = reading.finding, self._now()
        if finding.raw not in incident.causes:
            return incidents.add_cause(incident, finding, cause, evidence, now)
        if cause.code == PLANNED:
            return incidents.end(incident, "planned", Extent(), now)
        return incidents.attach(incident, finding, cause, evidence, now)

    def _judge(self, watched: Watched, held: Mapping[str, list[Finding]]) -> None:
        """Incidents of which nothing holds any more: over, or not yet."""
        now = self._now()
        for key, incident in list(self._firing.items()):
            workload = incident.workload
            if workload.cluster != watched.cluster or workload.kind == _CLUSTER or key in held:
                continue
            reading = self._late.get(incident.id)
            after = self._late_evidence(incident, reading) if reading else incident
            if after.state == "firing" and watched.in_view(workload.kind):
                after = endings.advance(watched.observed, after, now, self._settings.quiet)
            if after is not incident:
                self._put(after)
        for key in [key for key, one in self._readings.items() if self._is_gone(one, watched, held, key)]:
            del self._readings[key]

    def _is_gone(self, candidate: _Candidate, watched: Watched, held: Mapping[str, list[Finding]], key: str) -> bool:
        """The pod was deleted while its crash was being looked into: it was going away anyway."""
        return candidate.reading.finding.object.cluster == watched.cluster and key not in held

    def _reachability(self, cluster: str, watched: Watched) -> None:
        """A cluster that does not answer is told once, as unknown; its return goes into the same message."""
        ref, now = Ref(cluster, _CLUSTER, "", cluster), self._now()
        key = f"{ref.key}/unreachable"
        incident = self._firing.get(key)
        if watched.down_since and incident is None:
            why = redact(watched.down_why)
            cause = Cause(code="unreachable", sentence=why, brief=why)
            before = self._ended.get(key)
            if before and now - before.ended < self._settings.flap:
                self._put(incidents.again(before, cause, now))
            else:
                self._put(incidents.open_unreachable(ref, cause, self._channel, watched.down_since, now))
        elif incident and not watched.down_since and watched.in_view("Pod"):
            self._put(incidents.end(incident, "reachable", Extent(), now))


def _same(one: Finding, other: Finding) -> bool:
    return (one.object.uid, one.container) == (other.object.uid, other.container)
