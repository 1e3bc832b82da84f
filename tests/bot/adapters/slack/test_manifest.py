"""The manifest asks for what the start check looks for, and stays within Slack's limits."""

from __future__ import annotations

import yaml

from bot.adapters.slack.manifest import manifest, manifest_yaml, problems
from bot.adapters.slack.scopes import SCOPES
from bot.adapters.slack.settings import HttpSettings, SlackSettings

HTTP = SlackSettings(channel="#x", mode="http", http=HttpSettings(public_url="https://wk.example.com/"))


def test_socket_mode_needs_no_address() -> None:
    made = manifest(SlackSettings(channel="#x", command="/kube"))
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(made).replace("public_url", "")
    assert made["features"]["slash_commands"][0]["command"] == "/kube"
    assert problems(made) == []


def test_http_mode_names_one_address_for_everything() -> None:
    made = manifest(HTTP)
    url = "https://wk.example.com/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert problems(made) == []


def test_every_scope_is_asked_for_and_says_why() -> None:
    assert manifest(HTTP)["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert all(SCOPES.values())


def test_yaml_reads_back() -> None:
    assert yaml.safe_load(manifest_yaml(HTTP)) == manifest(HTTP)


def test_what_slack_would_refuse_is_named() -> None:
    made = manifest(SlackSettings(channel="#x", mode="http", http=HttpSettings(public_url="http://wk.example.com")))
    made["display_information"]["name"] = "x" * 36
    made["display_information"]["long_description"] = "short"
    assert len(problems(made)) == 3
