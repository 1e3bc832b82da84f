"""``help``: what this person may do here; ``help logs``: one command with its flags and examples."""

from __future__ import annotations

import difflib

from bot.core.errors import UserError
from bot.core.message import Bold, Code, Context, Inline, Message, Part, Section
from commands.model import Answer, Call, Param, Verb
from commands.model import Context as About
from commands.parse import params_of


async def _run(call: Call, context: About) -> Answer:
    topic = call.word("topic")
    if not topic:
        return Answer(_overview(context))
    name = topic.strip().lower()
    verb = context.verbs.get(name)
    if verb is None:
        near = difflib.get_close_matches(name[:40], list(context.verbs), 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UserError(f"There is no command {topic[:40]}.{meant} There are: {', '.join(context.verbs)}.", "/k8s help")
    return Answer(_one(verb, context))


def _overview(context: About) -> Message:
    parts: list[Part] = []
    closed: list[str] = []
    for verb in context.verbs.values():
        where = context.grants(verb.name)
        if not verb.open and not where:
            closed.append(verb.name)
            continue
        line: list[Inline] = [Code(f"{context.command} {_short_usage(verb)}"), f"\n{verb.summary}"]
        if where and not verb.open:
            line.append(f" · {'; '.join(where)}")
        if verb.examples and not verb.open:
            line += ["\nfor example ", Code(f"{context.command} {verb.examples[0]}")]
        parts.append(Section(tuple(line)))
    head = f"What {context.person.name} may ask here"
    small: list[Inline] = ["All flags and more examples: ", Code(f"{context.command} help logs")]
    if closed:
        small.append(f" · not for {context.person.name} here: {', '.join(closed)}")
    return Message(head, (Section((Bold(head),)), *parts, Context(tuple(small))))


def _one(verb: Verb, context: About) -> Message:
    parts: list[Part] = [Section((Bold(verb.name), f": {verb.summary}\n", Code(f"{context.command} {_usage(verb)}")))]
    for param in params_of(verb):
        spelling = ", ".join(param.flags) if param.flags else param.name.upper()
        parts.append(Section((Code(spelling), f"  {param.summary}")))
    if verb.examples:
        lines: list[Inline] = [Bold("Examples")]
        for example in verb.examples:
            lines += ["\n", Code(f"{context.command} {example}")]
        parts.append(Section(tuple(lines)))
    parts += [Context(note) for note in verb.notes]
    where = context.grants(verb.name)
    if verb.open:
        parts.append(Context("Open to every member."))
    elif where:
        parts.append(Context(f"{context.person.name} may: {'; '.join(where)}"))
    else:
        parts.append(Context(f"{context.person.name} may not use it here."))
    return Message(f"{verb.name}: {verb.summary}", tuple(parts))


def _short_usage(verb: Verb) -> str:
    """What is written most of the time: the target and its namespace."""
    usual = [param for param in verb.params if not param.flags or param.kind == "namespace"]
    rest = ["[flags]"] if len(usual) < len(verb.params) else []
    return " ".join([verb.name, *(_spelling(param) for param in usual), *rest])


def _usage(verb: Verb) -> str:
    return " ".join([verb.name, *(_spelling(param) for param in verb.params)])


def _spelling(param: Param) -> str:
    if param.kind == "object":
        shown = "POD|KIND/NAME" if param.default_kind == "Pod" else "KIND/NAME"
        return shown if param.required else f"[{shown}]"
    if not param.flags:
        return f"[{param.name.upper()}]"
    return f"[{param.flags[0]}]" if param.kind == "flag" else f"[{param.flags[0]} {_VALUES[param.kind]}]"


_VALUES = {
    "namespace": "NAMESPACE",
    "cluster": "CLUSTER",
    "container": "CONTAINER",
    "duration": "10m",
    "int": "N",
    "text": "TEXT",
}

VERB = Verb(
    name="help",
    summary="what you may ask here, and how",
    run=_run,
    params=(Param(name="topic", kind="text", summary="one command to explain"),),
    examples=("help", "help logs"),
    open=True,
)
