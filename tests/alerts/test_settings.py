"""Settings of alerts: what a user can write, and that a detector brings its own."""

from __future__ import annotations

import pytest

from alerts.detectors.crash import CrashSettings
from alerts.settings import AlertSettings, by_detector, detectors, detectors_section
from bot.core.settings import SettingsError, read_settings


def test_a_detectors_settings_are_read_by_its_name() -> None:
    section = read_settings("crash: {repeats: 5}", detectors_section(), "x.yaml")
    assert by_detector(section) == {"crash": CrashSettings(repeats=5)}


def test_everything_has_a_default() -> None:
    assert by_detector(read_settings("", detectors_section(), "x.yaml")) == {
        name: one.settings() for name, one in detectors().items()
    }
    assert read_settings("", AlertSettings, "x.yaml") == AlertSettings()


def test_an_unknown_detector_is_named_with_its_nearest_spelling() -> None:
    with pytest.raises(SettingsError, match=r"crahs: is not known here\. Did you mean crash"):
        read_settings("crahs: {repeats: 5}", detectors_section(), "x.yaml")


def test_durations_are_written_as_people_write_them() -> None:
    assert read_settings("quiet: 90s", AlertSettings, "x.yaml").quiet == 90
    with pytest.raises(SettingsError, match="quiet"):
        read_settings("quiet: 90", AlertSettings, "x.yaml")
