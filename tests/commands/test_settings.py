"""The policy's settings as a user writes them, and every mistake that their types cannot tell."""

from __future__ import annotations

import pytest

from bot.core.settings import SettingsError, read_settings
from commands.settings import PolicySettings

GOOD = """
roles: {viewer: {verbs: [logs, describe], namespaces: ["*"]}}
bindings: [{role: viewer, everyone: true}]
"""


def test_the_documented_policy_is_read() -> None:
    policy = read_settings(GOOD, PolicySettings, "x.yaml")
    assert policy.roles["viewer"].verbs == ("logs", "describe")
    assert policy.problems() == []


@pytest.mark.parametrize(
    ("bindings", "where", "told"),
    [
        ("[{role: viewr, everyone: true}]", "bindings[0].role", "no role is called viewr; there are viewer"),
        ("[{role: viewer}]", "bindings[0]", "binds nobody"),
        ("[{role: viewer, users: [dana]}]", "bindings[0].users[0]", "dana is not a Slack user id"),
        ("[{role: viewer, groups: [oncall]}]", "bindings[0].groups[0]", "oncall is not a user group's id"),
        ('[{role: viewer, channels: ["#shop"]}]', "bindings[0].channels[0]", "#shop is not a channel id"),
        ("[{role: viewer, everyone: true, users: [U01]}]", "bindings[0]", "keep one"),
    ],
)
def test_mistake_in_a_binding_is_named(bindings: str, where: str, told: str) -> None:
    text = GOOD.splitlines()[1] + f"\nbindings: {bindings}"
    [(path, message)] = [p for p in read_settings(text, PolicySettings, "x.yaml").problems() if p[0] == where]
    assert path == where
    assert told in message


def test_mistakes_in_a_role_are_named() -> None:
    text = "roles: {a: {verbs: []}, b: {verbs: [logs], kinds: [Secret, widget, deploy, '*']}}"
    problems = dict(read_settings(text, PolicySettings, "x.yaml").problems())
    assert list(problems) == ["roles.a.verbs", "roles.b.kinds[0]", "roles.b.kinds[1]"]
    assert "never read" in problems["roles.b.kinds[0]"]


def test_unknown_key_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="namespaces"):
        read_settings("roles: {a: {verbs: [logs], namespace: [x]}}", PolicySettings, "x.yaml")
