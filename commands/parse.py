"""Text -> Call, from the verb's typed parameters. Whatever comes in, out comes a Call or a UserError.

Nothing is passed on: a word that no parameter accepts is an error that says what is allowed.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence

import msgspec

from bot.core.errors import UserError
from bot.core.ref import BY_ALIAS, BY_NAME, Kind, Ref
from bot.core.times import parse_duration
from commands.model import Call, Param, Value, Verb
from commands.spelling import Word, quote, split

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_NUMBER = re.compile(r"[0-9]{1,9}")
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
# Flags that people bring along from kubectl, and what they get here instead.
_ELSEWHERE = {
    "-f": "A log is not followed here: ask again for newer lines.",
    "--follow": "A log is not followed here: ask again for newer lines.",
    "-A": "Name one namespace with -n.",
    "--all-namespaces": "Name one namespace with -n.",
    "--context": "Name the cluster with --cluster.",
    "-o": "The answer has one form, made for Slack.",
    "--output": "The answer has one form, made for Slack.",
}
SHARE = Param(name="share", kind="flag", flags=("--share",), summary="show the answer to the whole channel")


class Defaults(msgspec.Struct, frozen=True):
    """What holds where a command does not say: ``clusters`` are all that there are, ``cluster`` the one meant."""

    clusters: tuple[str, ...]
    namespace: str = "default"
    cluster: str = ""


def is_name(text: str) -> bool:
    """Whether this is a name that Kubernetes gives to objects (RFC 1123 subdomain)."""
    return len(text) <= 253 and bool(_SUBDOMAIN.fullmatch(text))


def is_label(text: str) -> bool:
    """... to namespaces and containers (RFC 1123 label)."""
    return bool(_LABEL.fullmatch(text))


def params_of(verb: Verb) -> tuple[Param, ...]:
    """A verb's parameters with those that every verb has."""
    return verb.params if verb.open else (*verb.params, SHARE)


def parse(text: str, verbs: Mapping[str, Verb], defaults: Defaults) -> Call:
    """Raises UserError that says what is wrong, what is allowed and, where it can be guessed, what was meant."""
    verb, words = _find_verb(split(text) or [Word("help")], verbs)
    given, positional = _sort(verb, words)
    values: dict[str, Value] = {}
    target: tuple[Kind, str] | None = None
    for param in verb.params:
        if param.flags:
            continue
        if param.kind == "object":
            target, positional = _object(verb, param, positional)
        elif positional:
            taken = positional if param.kind == "text" else positional[:1]
            values[param.name] = _value(param, " ".join(word.text for word in taken), defaults)
            positional = positional[len(taken) :]
        elif param.required:
            raise _usage(verb, f"{verb.name} needs {param.spelling}: {param.summary}.")
    if positional:
        raise _usage(verb, f"{verb.name} does not know what to do with {_shown(positional[0].text)}.")
    for param, text_value in given:
        values[param.name] = _value(param, text_value, defaults)
    return _call(verb, target, values, defaults)


def _find_verb(words: Sequence[Word], verbs: Mapping[str, Verb]) -> tuple[Verb, Sequence[Word]]:
    for length in (2, 1):
        name = " ".join(word.text for word in words[:length])
        if name in verbs and not any(word.quoted for word in words[:length]):
            return verbs[name], words[length:]
    near = difflib.get_close_matches(words[0].text[:40].lower(), list(verbs), 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    known = ", ".join(verbs)
    raise UserError(f"{_shown(words[0].text)} is not a command here.{meant} There are: {known}.", "/k8s help")


def _sort(verb: Verb, words: Sequence[Word]) -> tuple[list[tuple[Param, str]], list[Word]]:
    """Flags with their values, and the positional words."""
    by_flag = {flag: param for param in params_of(verb) for flag in param.flags}
    given: dict[str, tuple[Param, str]] = {}
    positional: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.quoted or not word.text.startswith("-") or word.text == "-":
            positional.append(word)
            continue
        flag, equals, value = word.text.partition("=")
        param = by_flag.get(flag)
        if param is None:
            raise _unknown_flag(verb, flag, by_flag)
        if param.name in given:
            raise _usage(verb, f"{flag} is given twice; keep one.")
        if param.kind == "flag":
            if equals:
                raise _usage(verb, f"{flag} takes no value.")
        elif not equals:
            if at >= len(words) or (words[at].text.startswith("-") and not words[at].quoted):
                raise _usage(verb, f"{flag} needs a value: {param.summary}. One that begins with - stands in quotes.")
            value = words[at].text
            at += 1
        given[param.name] = (param, value)
    return list(given.values()), positional


def _unknown_flag(verb: Verb, flag: str, by_flag: Mapping[str, Param]) -> UserError:
    if flag in _ELSEWHERE:
        return _usage(verb, f"{flag} is not taken. {_ELSEWHERE[flag]}")
    if not flag.startswith("--") and flag[:2] in by_flag:  # -nshop
        near = [f"{flag[:2]} {flag[2:42]}"]
    else:
        near = difflib.get_close_matches(flag[:40], list(by_flag), 1, 0.5)
    meant = f" Did you mean {near[0]}?" if near else ""
    return _usage(verb, f"{_shown(flag)} is not known for {verb.name}.{meant}")


def _usage(verb: Verb, why: str) -> UserError:
    flags = [
        param.flags[0] if len(param.flags[0]) == 2 else param.flags[-1] for param in params_of(verb) if param.flags
    ]
    takes = f" {verb.name} takes {', '.join(flags)}." if flags else ""
    return UserError(why + takes, f"/k8s help {verb.name}")


def _object(verb: Verb, param: Param, words: list[Word]) -> tuple[tuple[Kind, str] | None, list[Word]]:
    """``deploy/api``, ``deploy api``, or a bare name where the verb says what that is."""
    if not words:
        if param.required:
            raise _usage(verb, f"{verb.name} needs {param.spelling}: {param.summary}.")
        return None, words
    first = words[0].text
    if "/" in first:
        kind_word, _, name = first.partition("/")
        rest = words[1:]
    elif len(words) > 1 and (first.lower().partition(".")[0] in BY_ALIAS or not param.default_kind):
        kind_word, name = first, words[1].text
        rest = words[2:]
    elif param.default_kind:
        kind_word, name, rest = param.default_kind.lower(), first, words[1:]
    else:
        raise _usage(verb, f"{verb.name} needs KIND/NAME, for example deploy/{first if is_name(first) else 'api'}.")
    kind = _kind(verb, param, kind_word)
    if not is_name(name):
        lower = f" Names are lower case: {name.lower()}." if is_name(name.lower()) else ""
        raise UserError(f"{_shown(name)} is not a name that Kubernetes gives.{lower}", f"/k8s help {verb.name}")
    return (kind, name), rest


def _kind(verb: Verb, param: Param, word: str) -> Kind:
    alias, _, group = word.lower().partition(".")
    if alias in {"secret", "secrets"}:
        raise UserError("Secrets are never read: Watchkeeper has no right to, and neither has anybody through it.")
    kind = BY_ALIAS.get(alias)
    allowed = [BY_NAME[name].aliases[0] for name in param.kinds]
    if (
        kind is None
        or kind.name not in param.kinds
        or (group and group not in {kind.group, f"{kind.version}.{kind.group}"})
    ):
        near = difflib.get_close_matches(alias[:40], allowed, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UserError(
            f"{_shown(word)} is not a kind that {verb.name} knows.{meant} It knows {', '.join(allowed)}.",
            f"/k8s help {verb.name}",
        )
    return kind


def _value(param: Param, text: str, defaults: Defaults) -> Value:
    match param.kind:
        case "flag":
            return True
        case "int":
            return _number(param, text)
        case "duration":
            return _duration(param, text)
        case "cluster":
            return _cluster(text, defaults)
        case "namespace" | "container" if not is_label(text):
            raise UserError(f"{_shown(text)} is not a {param.kind}'s name.")
        case "text" if not text.strip():
            raise UserError(f"{param.spelling} needs some text.")
    return text


def _cluster(text: str, defaults: Defaults) -> str:
    if text not in defaults.clusters:
        near = difflib.get_close_matches(text[:60], defaults.clusters, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UserError(f"There is no cluster {_shown(text)}.{meant} There are: {', '.join(defaults.clusters)}.")
    return text


def _number(param: Param, text: str) -> int:
    if not _NUMBER.fullmatch(text) or not param.least <= int(text) <= param.most:
        range_ = f"from {param.least} to {param.most}"
        raise UserError(f"{param.spelling} {_shown(text)}: it needs a whole number {range_}.")
    return int(text)


def _duration(param: Param, text: str) -> int:
    wrong = UserError(f"{param.spelling} {_shown(text)}: it needs a time such as 90s, 10m, 1h30m or 2d.")
    if not text.isascii() or len(text) > 20:
        raise wrong
    try:
        seconds = math.ceil(parse_duration(text))
    except ValueError:
        raise wrong from None
    if not max(param.least, 1) <= seconds <= param.most:
        raise UserError(f"{param.spelling} {text}: it needs from 1s to {_spell(param.most)}.")
    return seconds


def _spell(seconds: int) -> str:
    """600 -> ``10m``, 5400 -> ``90m``: one whole unit, the largest that fits."""
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def _call(verb: Verb, target: tuple[Kind, str] | None, values: dict[str, Value], defaults: Defaults) -> Call:
    kinds = {param.kind for param in verb.params}
    cluster = namespace = ""
    if "cluster" in kinds:
        default = defaults.cluster or (defaults.clusters[0] if len(defaults.clusters) == 1 else "")
        cluster = str(values.pop("cluster", default))
        if not cluster:
            raise UserError(f"Which cluster? There are: {', '.join(defaults.clusters)}.", "Add --cluster NAME.")
    if "namespace" in kinds:
        namespace = str(values.pop("namespace", defaults.namespace))
        if target and not target[0].namespaced:
            namespace = ""
    ordered = tuple((param.name, values[param.name]) for param in params_of(verb) if param.name in values)
    kind, name = (target[0].name, target[1]) if target else ("", "")
    call = Call(verb.name, cluster, namespace, kind, name, ordered)
    return msgspec.structs.replace(call, text=canonical(verb, call))


def canonical(verb: Verb, call: Call) -> str:
    """The one spelling of a Call; ``parse`` reads it back to the same Call whatever the defaults are."""
    words = [verb.name]
    if call.name:
        words.append(Ref(call.cluster, call.kind, call.namespace, call.name).slug)
    flags: list[str] = []
    for param in params_of(verb):
        value = call.value(param.name)
        if value is None:
            continue
        shown = _spell(int(value)) if param.kind == "duration" else quote(str(value))
        if not param.flags:
            words.append(shown)
        else:
            flags.append(param.spelling if param.kind == "flag" else f"{param.spelling} {shown}")
    if call.namespace:
        words.append(f"-n {call.namespace}")
    if call.cluster:
        words.append(f"--cluster {quote(call.cluster)}")
    return " ".join(words + flags)


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
