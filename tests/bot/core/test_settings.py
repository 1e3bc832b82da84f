"""A wrong setting is named with file, line, key, value and what is allowed; all of them at once."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest

from bot.core.settings import SettingsError, read_settings
from bot.core.times import Seconds


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    mode: Literal["socket", "http"] = "socket"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 80


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    low: int = 0
    high: int = 1

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) is above high ({self.high})")


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    channel: str
    quiet: Seconds = Seconds(300)
    items: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = {}
    maybe: Inner | None = None
    pair: Pair = Pair()


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(text, Outer, "w.yaml")
    return caught.value.problems


def test_a_good_file_becomes_the_struct() -> None:
    text = "channel: '#a'\nquiet: 1h30m\nitems: [{name: x}]\nby_name: {a: {name: y, mode: http}}\nmaybe: null\n"
    settings = read_settings(text, Outer, "w.yaml")
    assert settings.quiet == 5400
    assert settings.items[0].mode == "socket"
    assert settings.by_name["a"].mode == "http"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "chanel: x\nchannel: y",
            "w.yaml:1: chanel: is not known here. Did you mean channel? Allowed: by_name, channel",
        ),
        ("channel: #k8s-alerts", "must stand in quotes"),
        ("quiet: 5m", "w.yaml:1: channel: is missing; it needs text"),
        ("channel: a\nquiet: 300", "w.yaml:2: quiet: 300 is not allowed; it needs a duration such as 90s"),
        ("channel: a\nquiet: soon", "'soon' is not allowed; it needs a duration"),
        (
            "channel: a\nitems:\n- {name: x, mode: smoke}",
            "w.yaml:3: items[0].mode: 'smoke' is not allowed; it needs one of",
        ),
        ("channel: a\nitems:\n- name: x\n  port: 0", "w.yaml:4: items[0].port: 0 is not allowed"),
        ("channel: a\nby_name:\n  p: {nme: x}", "by_name.p.nme: is not known here. Did you mean name?"),
        ("channel: a\nmaybe: 3", "w.yaml:2: maybe: 3 is not allowed; it needs a map with name, mode, port"),
        ("channel: a\nchannel: b", "w.yaml:2: channel: stands here twice"),
        ("channel: [a", "w.yaml:1: this is not valid YAML"),
        ("channel: a\nbot_token: xoxb-1", "secrets do not stand in this file"),
        ("channel: a\npair: {low: 3}", "w.yaml:2: pair: low (3) is above high (1)"),
        ("- a", "is not allowed; it needs a map"),
        ("", "channel: is missing"),
    ],
)
def test_each_mistake_is_told_with_its_place(text: str, told: str) -> None:
    assert told in "\n".join(problems(text))


def test_a_secret_is_not_repeated() -> None:
    assert "xoxb-1" not in "\n".join(problems("channel: a\nbot_token: xoxb-1"))


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems("chanel: a\nquiet: x\nitems: [{mode: b}]")) == 5
