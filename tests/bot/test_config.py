"""A configuration stops the start unless it is right, and everything that is wrong is told at once."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bot.config import load, read_secrets, slack_settings
from bot.core.errors import SetupError

SMALLEST = """
clusters:
  - name: prod
slack:
  channel: "#k8s-alerts"
policy:
  roles:
    viewer: {verbs: [describe, logs], namespaces: ["*"]}
  bindings:
    - {role: viewer, everyone: true}
"""
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def write(folder: Path, text: str) -> str:
    path = folder / "w.yaml"
    path.write_text(text)
    return str(path)


def problems(path: str, environment: dict[str, str]) -> list[str]:
    with pytest.raises(SetupError) as caught:
        load(path, environment)
    return caught.value.problems


def test_the_smallest_file_of_the_readme_is_enough(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text()
    block = textwrap.dedent(readme.split("```yaml\n")[1].split("```")[0])
    loaded = load(write(tmp_path, block), TOKENS)
    assert loaded.config.clusters[0].name == "prod"
    assert loaded.config.slack.mode == "socket"


def test_the_file_is_found_by_argument_environment_or_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, SMALLEST)
    assert load("", {**TOKENS, "WATCHKEEPER_CONFIG": path}).path == path
    monkeypatch.chdir(tmp_path)
    assert "watchkeeper.yaml: the configuration cannot be read" in problems("", TOKENS)[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("channel:", "chanel:"), "w.yaml:5: slack.chanel: is not known here. Did you mean channel?"),
        (('"#k8s-alerts"', "#k8s-alerts"), "slack.channel: is empty"),
        (("clusters:\n  - name: prod", "clusters: []"), "w.yaml:2: clusters:"),
        (("- name: prod", "- name: prod\n  - name: prod"), "the name prod stands there twice"),
        (("role: viewer, every", "role: vewer, every"), "vewer"),
        (("slack:\n", "slack:\n  mode: pigeon\n"), "'pigeon' is not allowed; it needs one of socket, http"),
        (("slack:\n", "incidents: {quiet: 5}\nslack:\n"), "incidents.quiet: 5 is not allowed; it needs a duration"),
    ],
)
def test_each_mistake_names_file_line_key_value_and_what_is_allowed(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    assert told in "\n".join(problems(write(tmp_path, SMALLEST.replace(*change)), TOKENS))


def test_missing_and_mixed_up_tokens_say_where_to_get_the_right_one() -> None:
    _, missing = read_secrets({}, "socket")
    assert [line.split(" ")[0] for line in missing] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    _, mixed = read_secrets({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, "socket")
    assert "does not begin with xoxb-" in mixed[0]
    assert "does not begin with xapp-" in mixed[1]
    assert not any("xapp-1" in line or "xoxb-1" in line for line in mixed)
    _, http = read_secrets({"SLACK_BOT_TOKEN": "xoxb-1"}, "http")
    assert http[0].startswith("SLACK_SIGNING_SECRET is not set")


def test_secrets_may_stand_in_mounted_files_and_are_never_shown(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("xoxb-from-file\n")
    environment = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "t"), "SLACK_APP_TOKEN": "xapp-1"}
    secrets, missing = read_secrets(environment, "socket")
    assert (secrets.bot_token, missing) == ("xoxb-from-file", [])
    assert repr(secrets) == "Secrets(bot_token, app_token)"
    _, unreadable = read_secrets({**environment, "SLACK_BOT_TOKEN_FILE": str(tmp_path / "no")}, "socket")
    assert "cannot be read" in unreadable[0]


def test_the_app_manifest_needs_no_file_yet_but_a_named_one_must_be_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert slack_settings("", {}).command == "/k8s"
    path = write(tmp_path, SMALLEST.replace("slack:\n", "slack:\n  command: /kube\n"))
    assert slack_settings(path, {}).command == "/kube"
    with pytest.raises(SetupError, match="cannot be read"):
        slack_settings(str(tmp_path / "missing.yaml"), {})
