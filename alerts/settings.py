"""Settings of alerts: the sections ``incidents`` and ``detectors`` of the configuration."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

import alerts.detectors
from alerts.model import Detector, DetectorSettings
from bot.core.plugins import load_plugins
from bot.core.times import Seconds


class AlertSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The section ``incidents``."""

    quiet: Seconds = Seconds(300)
    """How long a container must have run, ready, since its last start before its incident counts as recovered.
    As long as the kubelet's longest crash back-off, so that a pause between two crashes is no recovery."""

    flap: Seconds = Seconds(1800)
    """A failure that returns within this time after its recovery continues the old message and thread."""

    evidence: Seconds = Seconds(2)
    """How long the first message waits for logs, events and the last change. What comes later is edited in."""

    evidence_limit: Seconds = Seconds(20)
    """When reading evidence is given up. What was not read is said."""

    escalate: Seconds = Seconds(120)
    """From this age on, a failure that spreads to all pods is also told to the channel, not only edited in."""

    ignore_namespaces: tuple[str, ...] = ()
    """Namespaces of which nothing is told."""

    edit_every: Seconds = Seconds(3)
    """Least time between two edits of one message; the last state is always sent. Slack allows about 50 a minute."""

    keep: Seconds = Seconds(7 * 86400)
    """How long an ended incident is kept."""


@functools.cache
def detectors() -> dict[str, Detector]:
    """Every detector by name. Raises SetupError that names what is broken."""
    return load_plugins(alerts.detectors, "DETECTOR")


@functools.cache
def detectors_section() -> Any:
    """The struct type of the section ``detectors``: one key for each detector that is there."""
    fields = [(name.replace("-", "_"), one.settings, one.settings()) for name, one in detectors().items()]
    return msgspec.defstruct(
        "DetectorsSection", fields, frozen=True, forbid_unknown_fields=True, kw_only=True, module=__name__
    )


def by_detector(section: msgspec.Struct) -> dict[str, DetectorSettings]:
    """The section ``detectors``, read -> what the pipeline takes."""
    return {name: getattr(section, name.replace("-", "_")) for name in detectors()}
