"""The words of the alert flow: what a detector finds, and what becomes of it.

Everything that is stored survives as JSON: fields are only added, each with a default, so that old records still load.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

import msgspec

from alerts.ports import Observed
from bot.core.objects import Object, Terminated
from bot.core.ports import Posted
from bot.core.ref import Ref

Severity = Literal["critical", "warning", "info"]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Why it failed.

    ``code`` is stable and compared (``oom``, ``exit-1``, ``liveness``); ``sentence`` follows "checkout is crashing: ";
    ``brief`` is the same for a push notification. ``known_by`` says from what it is known. ``sure`` is False for a
    guess. ``detail`` is the cluster's own text (a probe's output, a start error), already redacted.
    """

    code: str
    sentence: str
    brief: str = ""
    known_by: str = ""
    sure: bool = True
    detail: str = ""


class Rise(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed of one container's restarts in one streak.

    ``count`` is the restart count now, ``base`` the one before the streak, ``settled`` the one up to which everything
    is told or dismissed. Times are epoch seconds of our clock: ``first`` and ``last`` restart.
    """

    container: str
    base: int
    count: int
    first: float
    last: float
    settled: int = 0

    @property
    def fresh(self) -> bool:
        """Something in it has not yet been told or dismissed."""
        return self.count > self.settled

    @property
    def restarts(self) -> int:
        return self.count - self.base


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong now, on one object.

    ``workload`` is who owns the object, ``workload_guessed`` that the owner was not in the cache. ``failure`` is the
    failure class: with the workload it is the incident's identity. ``restarts`` and ``count`` as in ``Rise``.
    """

    detector: str
    failure: str
    workload: Ref
    object: Ref
    container: str
    cause: Cause
    since: float
    severity: Severity = "critical"
    last: float = 0.0
    restarts: int = 0
    count: int = 0
    role: Literal["container", "init container", "sidecar"] = "container"
    node: str = ""
    image: str = ""
    limit: str = ""
    looping: bool = False
    terminated: Terminated | None = None
    log_is_current: bool = False
    workload_guessed: bool = False

    @property
    def raw(self) -> str:
        """What distinguishes this cause within an incident, before any evidence."""
        return f"{self.container}:{self.cause.code}"


class Seen(msgspec.Struct, frozen=True):
    """All that a detector may look at. ``object`` is the object as it is now."""

    cluster: str
    object: Object
    observed: Observed
    rises: Mapping[str, Rise]
    now: float
    quiet: float


class DetectorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every detector can be told."""

    enabled: bool = True
    """False switches this detector off everywhere."""


class Detector(Protocol):
    """One module in ``alerts/detectors`` defines one, as ``DETECTOR``.

    ``name`` is the module's name; ``kind`` is what it looks at; ``settings`` is its part of the section ``detectors``.
    """

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def settings(self) -> type[DetectorSettings]: ...

    def detect(self, seen: Seen, settings: DetectorSettings) -> Iterable[Finding]:
        """What holds now. Pure: no I/O, no clock but ``seen.now``."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The workload's last change. ``what`` in words (``image 1.41 → 1.42``); ``at`` is 0 when unknown."""

    what: tuple[str, ...] = ()
    at: float = 0.0
    revision: str = ""
    by: str = ""
    note: str = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was read about a failure after it was detected; every text is redacted.

    ``missing`` says in sentences what could not be read and why. ``log_of`` says which log it is.
    """

    pod: str = ""
    container: str = ""
    log: str = ""
    log_of: str = ""
    events: tuple[str, ...] = ()
    usage: str = ""
    node: str = ""
    change: Change | None = None
    owners: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Member(msgspec.Struct, frozen=True, array_like=True):
    """One container of one pod that takes part in an incident; an array in JSON, because there may be hundreds."""

    uid: str
    pod: str
    container: str
    base: int
    count: int
    first: float
    last: float
    held: bool = True


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an incident's story: a reply in its thread."""

    at: float
    kind: Literal["detail", "cause", "spread", "again", "ended"]
    cause: Cause | None = None
    evidence: Evidence | None = None
    affected: int = 0
    total: int = 0
    broadcast: bool = False


State = Literal["firing", "ended"]
# Why an incident ended. Only the first two are a recovery; the others close it without saying that all is well.
Ending = Literal["", "steady", "replaced", "deleted", "scaled to 0", "finished", "planned", "reachable"]
RECOVERIES = frozenset({"steady", "replaced", "reachable"})


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One failure of one workload, from its first sign to its end.

    ``cause`` is what the headline says: the newest kind of failure; ``causes`` holds one for each ``Finding.raw`` seen,
    in the order of appearance. ``calm_since`` is when everything began to look well, 0 while it does not.
    """

    id: str
    workload: Ref
    failure: str
    opened: float
    noticed: float
    cause: Cause
    channel: str
    severity: Severity = "critical"
    state: State = "firing"
    ended: float = 0.0
    ending: Ending = ""
    causes: dict[str, Cause] = {}
    members: tuple[Member, ...] = ()
    restarts: int = 0
    last: float = 0.0
    affected: int = 0
    total: int = 0
    ready: int = 0
    container: str = ""
    role: str = "container"
    node: str = ""
    image: str = ""
    limit: str = ""
    looping: bool = False
    evidence: Evidence | None = None
    story: tuple[Line, ...] = ()
    reopened: int = 0
    calm_since: float = 0.0
    workload_guessed: bool = False
    pod: str = ""

    @property
    def key(self) -> str:
        """Identity while it lasts: cluster, workload, failure class."""
        return f"{self.workload.key}/{self.failure}"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What Slack has been given of one incident, written after Slack's answer.

    ``claimed`` (when) is written before a post and says that one may have happened; ``line_claimed`` likewise for the
    next line of the story. ``shown`` is the digest of the message as last sent, ``lines`` how many lines are out.
    ``level`` counts the simplifications that Slack made necessary; ``gone`` that somebody deleted our message.
    """

    id: str
    channel: str = ""
    claimed: float = 0.0
    posted: Posted | None = None
    shown: str = ""
    lines: int = 0
    line_claimed: float = 0.0
    level: int = 0
    gone: bool = False


def incident_key(finding: Finding) -> str:
    return f"{finding.workload.key}/{finding.failure}"
