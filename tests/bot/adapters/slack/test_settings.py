"""The settings as a user writes them."""

from __future__ import annotations

import pytest

from bot.adapters.slack.settings import SlackSettings
from bot.core.settings import SettingsError, read_settings


def test_only_the_channel_is_needed() -> None:
    settings = read_settings('channel: "#k8s-alerts"', SlackSettings, "x.yaml")
    assert (settings.mode, settings.command, settings.connections) == ("socket", "/k8s", 2)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("command: k8s", "command"),
        ("command: /K8S", "command"),
        ("connections: 11", "connections"),
        ("connections: 0", "connections"),
        ("mode: rtm", "socket, http"),
        ("people_ttl: 10m", "people_ttl"),
        ("bot_token: xoxb-1", "secrets do not stand in this file"),
        ("http: {port: 70000}", "port"),
    ],
)
def test_mistakes_are_named(line: str, word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        read_settings(f'channel: "#x"\n{line}', SlackSettings, "x.yaml")
