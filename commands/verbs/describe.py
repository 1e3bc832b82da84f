"""``describe``: what is wrong with an object first, then what kubectl's users expect to see of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.errors import KubeError, NotFound
from bot.core.message import Actions, Bold, Button, Inline, Message, Part, Section
from bot.core.objects import Event
from bot.core.plugins import load_plugins
from bot.core.ref import BY_NAME, KINDS, Ref
from commands import describing
from commands.answers import button_for
from commands.description import Described, Describer, Subject, dig
from commands.model import Answer, Call, Context, Param, Right, Verb
from commands.workloads import WITH_PODS, owner

_DESCRIBERS: dict[str, Describer] = load_plugins(describing, "DESCRIBER")
_BY_KIND = {kind: one for one in _DESCRIBERS.values() for kind in one.kinds}
# Events have a command of their own. A ConfigMap's data may hold secrets and a Lease says nothing: we ask for no right.
_KINDS = tuple(kind for kind in KINDS if kind.name not in {"Event", "ConfigMap", "Lease"})
_PUSH = 120  # characters that a push notification shows
_WRONG = 8  # sentences of what is wrong; more hide one another


async def _run(call: Call, context: Context) -> Answer:
    reader = context.reader
    assert reader is not None
    raw = await reader.get(BY_NAME[call.kind], call.namespace, call.name)
    ref = Ref(call.cluster, call.kind, call.namespace, call.name, str(dig(raw, "metadata", "uid") or ""))
    raw.setdefault("kind", call.kind)
    events, missing = await _events(ref, context)
    subject = Subject(ref, raw, reader, context.now(), events, missing, context.may)
    described = await _BY_KIND.get(call.kind, _DESCRIBERS["generic"]).describe(subject)
    return Answer(_message(subject, described, _buttons(subject, context)), outcome=f"{ref.slug}: {described.state}")


async def _events(ref: Ref, context: Context) -> tuple[Sequence[Event], str]:
    """Events, or why there are none: an object is worth describing without them."""
    assert context.reader is not None
    try:
        return await context.reader.events(ref), ""
    except NotFound:
        return (), ""
    except KubeError as error:
        return (), str(error)[:200]


def _message(subject: Subject, described: Described, row: tuple[Button, ...]) -> Message:
    ref = subject.ref
    where = f"{ref.cluster} / {ref.namespace}" if ref.namespace else ref.cluster
    head = Section((Bold(ref.slug), f" in {where} · {described.state}"))
    parts: list[Part] = [head]
    if described.wrong:
        said: list[Inline] = [Bold("What is wrong")]
        said += [f"\n• {sentence[:500]}" for sentence in described.wrong[:_WRONG]]
        if len(described.wrong) > _WRONG:
            said.append(f"\n• and {len(described.wrong) - _WRONG} more")
        parts.append(Section(tuple(said)))
    else:
        parts.append(Section("Nothing is wrong with it as far as it tells."))
    parts += described.parts
    if row:
        parts.append(Actions(row))
    push = f"{ref.slug} in {where}: {described.wrong[0] if described.wrong else described.state}"
    return Message(push if len(push) <= _PUSH else push[: _PUSH - 1] + "…", tuple(parts))


def _buttons(subject: Subject, context: Context) -> tuple[Button, ...]:
    ref, controller = subject.ref, owner(subject.raw)
    row: list[Button | None] = []
    if ref.kind in {"Pod", *WITH_PODS}:
        row.append(button_for("Logs", Call("logs", ref.cluster, ref.namespace, ref.kind, ref.name), context))
    if controller.get("kind") in BY_NAME:
        above = Call("describe", ref.cluster, ref.namespace, controller["kind"], str(controller.get("name", "")))
        if BY_NAME[above.kind].namespaced:
            row.append(button_for(f"Describe {above.ref.slug}"[:70], above, context))
    return tuple(button for button in row if button is not None)


VERB = Verb(
    name="describe",
    summary="what is wrong with an object, its state, its settings and its events",
    run=_run,
    params=(
        Param(
            name="target",
            kind="object",
            summary="an object: deploy/api, pod api-x7k2p, node/ip-10-0-3-7",
            required=True,
            kinds=tuple(kind.name for kind in _KINDS),
        ),
        Param(name="namespace", kind="namespace", summary="its namespace", flags=("-n", "--namespace")),
        Param(name="cluster", kind="cluster", summary="its cluster", flags=("--cluster",)),
    ),
    examples=("describe deploy/api -n shop", "describe pod api-6d5f7c9b8-x7k2p -n shop", "describe node/ip-10-0-3-7"),
    notes=("Secrets and ConfigMaps are never shown; values in the environment only where they hold no secret.",),
    rights=(
        *(Right(kind.group, kind.plural, ("get",)) for kind in _KINDS),
        Right("", "pods", ("list",)),
        Right("apps", "replicasets", ("list",)),
        Right("", "events", ("list",)),
        Right("metrics.k8s.io", "pods", ("get",)),
    ),
    progress="Looking at",
)
