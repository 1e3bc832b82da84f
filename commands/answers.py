"""Refusals and errors in words: what was not done, why, and what to do now."""

from __future__ import annotations

from bot.core.errors import (
    AuditError,
    Conflict,
    Forbidden,
    KubeError,
    NotFound,
    Refused,
    StoreError,
    Unreachable,
    UserError,
)
from bot.core.message import Actions, Bold, Button, Code, Context, Inline, Message, Part, Section, Text
from bot.core.redact import clean, redact
from commands.model import Call
from commands.model import Context as About
from commands.parse import canonical

_PREFIX = "/k8s"


def error_message(error: Exception, call: Call | None, command: str, audit_id: str = "") -> Message:
    """Any error -> a message for the asker. What is unexpected tells nothing but where its details are."""
    match error:
        case Refused(why=why, hint=hint, rule=rule):
            return told(why, hint, command, f"Decided by: {rule}." if rule else "")
        case UserError(why=why, hint=hint):
            return told(why, hint, command)
        case KubeError():
            why, hint = _kube(error, call)
            return told(why, hint, command)
        case AuditError():
            why = "Not done: the audit log cannot be written, and nothing is changed without a record."
            return told(why, "Tell whoever runs Watchkeeper. Commands that only read still work.", command)
        case StoreError():
            why = "Not done: Watchkeeper's own store does not answer. Nothing was changed."
            return told(why, "Try again soon; tell whoever runs Watchkeeper if it lasts.", command)
        case TimeoutError():
            where = f"{call.cluster} did not answer in time" if call and call.cluster else "it took too long"
            return told(f"Not done: {where}. Nothing was changed.", "Try again, or ask for less (--tail).", command)
    why = "Not done: something went wrong inside Watchkeeper."
    return told(why, f"Its own log has the details under {audit_id or 'this moment'}.", command)


def told(why: str, hint: str, command: str, small: str = "") -> Message:
    """A short message: the reason, then what to do now."""
    parts: list[Part] = [Section(why)]
    if hint.startswith(_PREFIX):
        parts.append(Section(("Try ", Code(command + hint[len(_PREFIX) :]))))
    elif hint:
        parts.append(Section(hint))
    if small:
        parts.append(Context(small))
    return Message(why.split("\n", 1)[0][:120], tuple(parts))


def _kube(error: KubeError, call: Call | None) -> tuple[str, str]:
    cluster = (call.cluster if call else "") or error.cluster or "the cluster"
    said = clean(redact(str(error))).replace("\n", " ")[:300]
    match error:
        case NotFound() if call and call.name:
            where = f"{cluster} / {call.namespace}" if call.namespace else cluster
            return f"Not done: there is no {call.ref.slug} in {where}.", _elsewhere(call)
        case NotFound():
            return f"Not done: {cluster} does not have it: {said}", ""
        case Forbidden():
            return (
                f"Not done: Watchkeeper itself may not do this in {cluster}: {said}",
                "Whoever runs it can add the right to its ClusterRole; `watchkeeper check` names the missing ones.",
            )
        case Conflict():
            return f"Not done: it has changed in {cluster} meanwhile.", "Look at it again, then repeat the command."
        case Unreachable():
            return f"Not done: {cluster}'s API server does not answer: {said} Nothing was changed.", "Try again soon."
    return f"Not done: {cluster} answered: {said}", ""


def _elsewhere(call: Call) -> str:
    """Where something may be that is not there, and how it may have been meant."""
    if call.kind == "Pod":
        return f"Is it another namespace (-n) or cluster? A workload is named with its kind: deploy/{call.name}."
    if call.namespace:
        return "Is it another namespace (-n) or cluster?"
    return "Is it another cluster (--cluster)? A node is named in full, with its domain." if call.kind == "Node" else ""


def with_button(message: Message, button: Button) -> Message:
    """The message with one more button, in its last row of buttons or in a new one."""
    *others, last = message.parts or (Section(message.text),)
    if isinstance(last, Actions):
        row = Actions((*last.buttons, button), last.links, last.menus)
        return Message(message.text, (*others, row), message.colour)
    return Message(message.text, (*others, last, Actions((button,))), message.colour)


def with_note(message: Message, note: Text) -> Message:
    """The message with small print above its buttons, or at its end."""
    parts = message.parts or (Section(message.text),)
    at = len(parts) - 1 if isinstance(parts[-1], Actions) else len(parts)
    return Message(message.text, (*parts[:at], Context(note), *parts[at:]), message.colour)


def asked_by(message: Message, who: Inline, command: str, text: str) -> Message:
    """An answer that the whole channel sees says who asked what."""
    head = Context((who, " asked ", Code(f"{command} {redact(text)}")))
    return Message(message.text, (head, *(message.parts or (Section((Bold(message.text),)),))), message.colour)


def button_for(label: str, call: Call, context: About) -> Button | None:
    """A button for another call, where this person may press it; else None: a button never lies."""
    verb = context.verbs.get(call.verb)
    if verb is None or not context.may(call):
        return None
    return Button(label, canonical(verb, call))
