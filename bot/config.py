"""YAML and environment -> one frozen Config; the only reader of the environment.

Everything has a default except what only the user knows. What is wrong stops the start, every wrong thing at once,
each with file, line, key, value and what is allowed. Secrets come from the environment or from mounted files alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec

from alerts.settings import AlertSettings, detectors_section
from bot.adapters.health import HealthSettings, HeartbeatSettings
from bot.adapters.kubernetes.settings import ClusterSettings, WatchSettings
from bot.adapters.slack.settings import SlackSettings
from bot.adapters.store.settings import StoreSettings
from bot.core.errors import SetupError
from bot.core.settings import SettingsError, read_settings
from commands.settings import AuditSettings, CommandSettings, PolicySettings

DEFAULT_PATH = "watchkeeper.yaml"
DEMO_PORT = 8700


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    style: Literal["auto", "json", "text"] = "auto"
    """auto: short lines on a terminal, JSON elsewhere."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole of watchkeeper.yaml, section by section. Each section is described where it is used."""

    clusters: Annotated[tuple[ClusterSettings, ...], msgspec.Meta(min_length=1)]
    slack: SlackSettings
    policy: PolicySettings
    incidents: AlertSettings = AlertSettings()
    detectors: Any = None
    """One key for each detector that is installed; ``load`` gives it the type that the detectors declare."""
    commands: CommandSettings = CommandSettings()
    audit: AuditSettings = AuditSettings()
    store: StoreSettings = StoreSettings()
    watch: WatchSettings = WatchSettings()
    health: HealthSettings = HealthSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    log: LogSettings = LogSettings()

    def __post_init__(self) -> None:
        names = [cluster.name for cluster in self.clusters]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"clusters: the name {repeated[0]} stands there twice; names tell clusters apart")


def config_type() -> type[Config]:
    """Config with the section ``detectors`` typed by what is installed. Raises SetupError for a broken detector."""
    section = detectors_section()
    fields = [("detectors", section, section())]
    made = msgspec.defstruct("Config", fields, bases=(Config,), frozen=True, forbid_unknown_fields=True, kw_only=True)
    return cast("type[Config]", made)


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What never stands in a file that is committed, and never in a log: its repr tells only what is set."""

    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    audit_key: str = ""

    def __repr__(self) -> str:
        given = [name for name in self.__struct_fields__ if getattr(self, name)]
        return f"Secrets({', '.join(given) or 'none'})"


class Loaded(msgspec.Struct, frozen=True):
    config: Config
    secrets: Secrets
    path: str


def load_file(path: str, environment: Mapping[str, str] | None = None) -> tuple[Config, str]:
    """The configuration alone, without secrets, and the path that it was read from. Raises SetupError."""
    environment = os.environ if environment is None else environment
    chosen = path or environment.get("WATCHKEEPER_CONFIG", "") or DEFAULT_PATH
    try:
        text = Path(chosen).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        hint = "name it with --config or WATCHKEEPER_CONFIG; the README shows the smallest one"
        raise SetupError([f"{chosen}: the configuration cannot be read: {why}; {hint}"]) from error
    try:
        config = read_settings(text, config_type(), chosen)
    except SettingsError as error:
        raise SetupError(error.problems) from error
    problems = [f"{chosen}: policy.{where}: {what}" for where, what in config.policy.problems()]
    if problems:
        raise SetupError(problems)
    return config, chosen


def slack_settings(path: str, environment: Mapping[str, str] | None = None) -> SlackSettings:
    """The Slack section alone; its defaults when nobody names a file and none lies here: an app is made before that."""
    environment = os.environ if environment is None else environment
    if not (path or environment.get("WATCHKEEPER_CONFIG") or Path(DEFAULT_PATH).exists()):
        return SlackSettings(channel="#k8s-alerts")
    return load_file(path, environment)[0].slack


def load(path: str = "", environment: Mapping[str, str] | None = None) -> Loaded:
    """Read the configuration from ``path``, or WATCHKEEPER_CONFIG, or ``watchkeeper.yaml``. Raises SetupError.

    What is wrong with the file and what is missing in the environment are told together.
    """
    environment = os.environ if environment is None else environment
    problems: list[str] = []
    try:
        config, chosen = load_file(path, environment)
    except SetupError as error:
        problems, mode = error.problems, None
    else:
        mode = config.slack.mode
    secrets, missing = read_secrets(environment, mode)
    if problems + missing:
        raise SetupError(problems + missing)
    return Loaded(config, secrets, chosen)


def demo_port(chosen: int, environment: Mapping[str, str] | None = None) -> int:
    """The demo's port: as given, or DEMO_PORT, or 8700. Raises SetupError."""
    text = (os.environ if environment is None else environment).get("DEMO_PORT", "")
    if not chosen and text and not (text.isdigit() and int(text) < 65536):
        raise SetupError([f"DEMO_PORT: {text!r} is not allowed; it needs a port number, 0 to 65535"])
    return chosen or int(text or DEMO_PORT)


def read_secrets(environment: Mapping[str, str], mode: str | None) -> tuple[Secrets, list[str]]:
    """The tokens, and what is missing for this mode (None: not known, as the file is wrong).

    ``NAME_FILE`` names a mounted file instead of the value itself.
    """
    problems: list[str] = []

    def read(name: str, prefix: str, needed: bool, how: str) -> str:
        value = environment.get(name, "")
        file = environment.get(f"{name}_FILE", "")
        if not value and file:
            try:
                value = Path(file).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{name}_FILE: {file} cannot be read: {error}")
                return ""
        value = value.strip()
        if needed and not value:
            problems.append(f"{name} is not set: {how}")
        elif value and not value.startswith(prefix):
            problems.append(f"{name} does not begin with {prefix}: this is another kind of token; {how}")
        return value

    bot = read(
        "SLACK_BOT_TOKEN", "xoxb-", True, "copy it from the app's page, OAuth & Permissions, Bot User OAuth Token"
    )
    app_how = "make it on the app's page, Basic Information, App-Level Tokens, with the scope connections:write"
    app = read("SLACK_APP_TOKEN", "xapp-", mode == "socket", app_how)
    signing_how = "copy it from the app's page, Basic Information, App Credentials"
    signing = read("SLACK_SIGNING_SECRET", "", mode == "http", signing_how)
    key = read("WATCHKEEPER_AUDIT_KEY", "", False, "any long random text")
    return Secrets(bot_token=bot, app_token=app, signing_secret=signing, audit_key=key), problems
