"""How a half-typed command may go on: only what this person may do, and live names where they may look."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.core.errors import KubeError
from bot.core.ports import Reader
from bot.core.ref import BY_ALIAS, BY_NAME, Kind
from commands.description import dig
from commands.model import Call, Context, Param, Verb
from commands.parse import Defaults, is_label, params_of

MOST = 20  # as many as anybody reads
_NAMESPACE = BY_NAME["Namespace"]


class Completion(msgspec.Struct, frozen=True):
    """``text`` is the whole line as it would then stand; ``hint`` says what it means."""

    text: str
    hint: str = ""


class _Scene(msgspec.Struct, frozen=True):
    """For whom and in what clusters a line is completed."""

    context: Context
    readers: Mapping[str, Reader]
    defaults: Defaults


async def complete(text: str, context: Context, readers: Mapping[str, Reader], defaults: Defaults) -> list[Completion]:
    """At most ``MOST`` continuations of ``text``. Never raises for what the cluster does not answer."""
    if context.person.refused:
        return []
    allowed = [verb for verb in context.verbs.values() if verb.open or context.grants(verb.name)]
    verb = next((verb for verb in allowed if text.startswith(verb.name + " ")), None)
    if verb is None:
        found = [Completion(f"{one.name} ", one.summary) for one in allowed if one.name.startswith(text)]
        return found[:MOST]
    head, _, last = text.rpartition(" ")
    words = head.split()[len(verb.name.split()) :]
    found = await _next(verb, words, last, _Scene(context, readers, defaults))
    return [Completion(f"{head} {one.text}", one.hint) for one in found[:MOST]]


async def _next(verb: Verb, words: Sequence[str], last: str, scene: _Scene) -> list[Completion]:
    defaults = scene.defaults
    by_flag = {flag: param for param in params_of(verb) for flag in param.flags}
    before = by_flag.get(words[-1]) if words else None
    first = defaults.clusters[0] if defaults.clusters else ""
    cluster = _given(words, by_flag, "cluster") or defaults.cluster or first
    if before is not None and before.kind == "cluster":
        return [Completion(f"{name} ") for name in defaults.clusters if name.startswith(last)]
    if before is not None and before.kind == "namespace":
        return [Completion(f"{name} ") for name in await _names(_NAMESPACE, last, Call(verb.name, cluster), scene)]
    if before is not None and before.kind != "flag":
        return []
    if last.startswith("-"):
        used = {by_flag[word].name for word in words if word in by_flag}
        free = {param.flags[-1]: param for param in by_flag.values() if param.name not in used}
        return [Completion(f"{flag} ", param.summary) for flag, param in free.items() if flag.startswith(last)]
    target = next((param for param in verb.params if param.kind == "object"), None)
    if target is None or any("/" in word for word in words):
        return []
    return await _targets(target, last, Call(verb.name, cluster, _given(words, by_flag, "namespace")), scene)


def _given(words: Sequence[str], by_flag: Mapping[str, Param], kind: str) -> str:
    pairs = itertools.pairwise(words)
    return next((value for flag, value in pairs if flag in by_flag and by_flag[flag].kind == kind), "")


async def _targets(target: Param, last: str, call: Call, scene: _Scene) -> list[Completion]:
    word, slash, start = last.partition("/")
    if not slash:
        aliases = [BY_NAME[name].aliases[0] for name in target.kinds]
        return [Completion(f"{alias}/", BY_ALIAS[alias].name) for alias in aliases if alias.startswith(word)]
    kind = BY_ALIAS.get(word.lower())
    if kind is None or kind.name not in target.kinds:
        return []
    if call.namespace or not kind.namespaced or kind.name == "Pod":  # pods of all namespaces are too many to ask for
        namespace = call.namespace or scene.defaults.namespace
        there = msgspec.structs.replace(call, namespace=namespace)
        return [Completion(f"{word}/{name} ") for name in await _names(kind, start, there, scene)]
    return [Completion(f"{word}/{text}") for text in await _names_anywhere(kind, start, call, scene)]


async def _names_anywhere(kind: Kind, start: str, call: Call, scene: _Scene) -> list[str]:
    """``api -n shop``: names with their namespaces, only where this person may use the verb."""
    found: list[str] = []
    for item in await _list(kind, "", call, scene):
        name, namespace = str(dig(item, "metadata", "name")), str(dig(item, "metadata", "namespace"))
        if name.startswith(start) and scene.context.may(Call(call.verb, call.cluster, namespace, kind.name, name)):
            found.append(f"{name} " if namespace == scene.defaults.namespace else f"{name} -n {namespace} ")
    return sorted(found)


async def _list(kind: Kind, namespace: str, call: Call, scene: _Scene) -> list[dict[str, Any]]:
    reader = scene.readers.get(call.cluster)
    try:
        return await reader.list(kind, namespace, limit=500) if reader else []
    except KubeError:
        return []  # a completion that does not come is no error


async def _names(kind: Kind, start: str, call: Call, scene: _Scene) -> list[str]:
    """Live names, only those on which this person may use the verb."""
    namespace = call.namespace if kind.namespaced else ""
    if namespace and not is_label(namespace):
        return []
    # Nothing is listed where this person may do nothing.
    if kind is not _NAMESPACE and not scene.context.may(Call(call.verb, call.cluster, namespace, kind.name)):
        return []
    names = sorted(str(dig(item, "metadata", "name")) for item in await _list(kind, namespace, call, scene))
    found = [name for name in names if name.startswith(start)]
    if kind is _NAMESPACE:
        return [name for name in found if scene.context.may(Call(call.verb, call.cluster, name))]
    return [name for name in found if scene.context.may(Call(call.verb, call.cluster, namespace, kind.name, name))]
