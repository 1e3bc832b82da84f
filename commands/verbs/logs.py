"""``logs``: what a container wrote, of the pod that is in most trouble, redacted, as short as a phone allows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from bot.core.errors import KubeError, NotFound, UserError
from bot.core.message import Actions, Bold, Button, Code, Message, Part, Pre, Section
from bot.core.message import Context as Small
from bot.core.objects import ContainerState, Pod
from bot.core.ports import Log, Reader
from bot.core.redact import clean, redact
from bot.core.ref import BY_NAME
from commands.answers import button_for
from commands.choosing import Chosen, Seen, choose_pod, containers, read_pod, wants_previous
from commands.model import Answer, Call, Context, File, Param, Right, Verb
from commands.workloads import WITH_PODS, pods_of

_TAIL = 100  # lines, as many as are worth a look on a phone
_LONGER = 1000  # lines, one button away
_MOST = 5000
_SHOWN = 2800  # characters within the message; the rest is in the file
_BYTES = 1_000_000  # of a log that is read at all
_GONE = "unable to retrieve container logs for "  # how some runtimes answer, with a 200, that there is none


class _Read(msgspec.Struct, frozen=True):
    """A log as it was got. ``note`` says why this one, when it is not simply the one that was asked for.

    ``lines`` are those to show, ``matched`` how --grep chose them.
    """

    log: Log
    note: str = ""
    lines: tuple[str, ...] = ()
    matched: str = ""


async def _run(call: Call, context: Context) -> Answer:
    reader = context.reader
    assert reader is not None
    now = context.now()
    chosen = await _choose(call, reader, now)
    pod, container = chosen.pod.metadata.name, chosen.container
    try:
        read = await _read(call, chosen, reader, now)
    except KubeError as error:
        if not _has_none(error):
            raise
        return Answer(_nothing(call, context, chosen, str(error)), outcome=f"no log of {pod} {container.name}")
    # A megabyte takes half a second to redact: not on the event loop.
    return _answer(call, context, chosen, await asyncio.to_thread(_select, call, read))


def _select(call: Call, read: _Read) -> _Read:
    """The lines to show. Redacted before it is searched, or --grep would answer guesses about what was taken out."""
    lines = redact(clean(read.log.text)).splitlines()
    matched = ""
    pattern = call.word("grep")
    if pattern:
        found = [line for line in lines if pattern.lower() in line.lower()]
        matched = f"{len(found)} of {_count(lines)} contain {redact(pattern)!r}"
        lines = found
    tail = call.number("tail", _TAIL)
    return msgspec.structs.replace(read, lines=tuple(lines[-tail:]), matched=matched)


async def _choose(call: Call, reader: Reader, now: float) -> Chosen:
    wanted = call.word("container")
    raw = await reader.get(BY_NAME[call.kind], call.namespace, call.name)
    pods = [raw] if call.kind == "Pod" else await pods_of(raw, call.ref, reader)
    if not pods:
        raise UserError(f"No log: {call.ref.slug} has no pods at the moment.", f"/k8s describe {call.ref.slug}")
    if call.kind == "Pod":
        raw["metadata"].pop("deletionTimestamp", None)  # a pod that is named is meant, even while it goes
    parsed = [read_pod(pod) for pod in pods]
    chosen = choose_pod(parsed, wanted, now)
    if chosen is None:
        names = ", ".join(one.name for one in containers(parsed[0], now))
        if wanted and names:
            raise UserError(f"No log: there is no container {wanted}. There are: {names}.")
        raise UserError(f"No log: all pods of {call.ref.slug} are being deleted.", "Name the pod.")
    return chosen


async def _read(call: Call, chosen: Chosen, reader: Reader, now: float) -> _Read:
    asked = call.flag("previous")
    if asked and call.flag("current"):
        raise UserError("--previous and --current exclude each other; keep one.", "/k8s help logs")
    previous, note = (True, "") if asked else wants_previous(chosen.container, now)
    if not asked and (call.flag("current") or call.value("since") is not None):
        previous, note = False, ""  # a span of time that ends now is about what runs now
    try:
        return _Read(await _get(call, chosen, reader, previous=previous), note)
    except KubeError as error:
        why = _why_the_other(chosen.container, previous=previous, asked=asked) if _has_none(error) else ""
        if not why:
            raise
        return _Read(await _get(call, chosen, reader, previous=not previous), why)


def _why_the_other(one: Seen, *, previous: bool, asked: bool) -> str:
    """Why the other log is shown when the wanted one is not there; empty where that would mislead.

    Only one dead container is kept: while it is the current one, there is none before it.
    """
    state = one.status.state or ContainerState()
    last = one.status.last_state.terminated if one.status.last_state else None
    if not previous:
        return "no newer log yet: this is the one before the restart" if last else ""
    if state.terminated:
        return "the container has just ended, its log is the current one"
    restarted = last is not None or one.status.restart_count > 0
    return "no earlier log is kept: this is the current one" if restarted or not asked else ""


def _has_none(error: KubeError) -> bool:
    """The container has no such log: not started yet (400), nothing kept of an earlier one (404)."""
    return error.status == 400 or isinstance(error, NotFound)


async def _get(call: Call, chosen: Chosen, reader: Reader, *, previous: bool) -> Log:
    tail = None if call.word("grep") else call.number("tail", _TAIL)
    log = await reader.log(
        call.namespace,
        chosen.pod.metadata.name,
        chosen.container.name,
        previous=previous,
        since_seconds=call.number("since", 0) or None,
        tail=tail,
        limit_bytes=_BYTES,
    )
    if log.text.startswith(_GONE):
        raise NotFound(log.text.strip(), status=404, reason="NotFound", cluster=reader.cluster)
    return log


def _answer(call: Call, context: Context, chosen: Chosen, read: _Read) -> Answer:
    pod, container, lines = chosen.pod.metadata.name, chosen.container, read.lines
    which = "log before the last restart" if read.log.previous else "log"
    head = (Bold(pod), f" · {container.kind} ", Code(container.name), f" · {which}, last {_count(lines)}")
    parts: list[Part] = [Section(head)]
    small = [part for part in (_why(call, chosen, context.now()), read.note, read.matched) if part]
    if read.log.cut and (call.word("grep") or len(lines) < call.number("tail", _TAIL)):
        small.append("the log is longer than a megabyte, only its newest part was read")
    text = "\n".join(lines)
    files: tuple[File, ...] = ()
    shown = _last_lines(text)
    if not lines:
        parts.append(Section("Nothing: no line matches." if call.word("grep") else "The log is empty."))
    else:
        if shown != text:
            here = _count(shown.splitlines())
            small.append(f"the last {here} here, all {len(lines)} in a file, sent to {context.person.name} alone")
            name = f"{pod}-{container.name}{'-previous' if read.log.previous else ''}.log"
            files = (File(name, (text + "\n").encode(), f"{which} of {pod} {container.name}"),)
        parts.append(Pre(shown))
    if small:
        parts.append(Small(" · ".join(small)))
    row = _buttons(call, context, chosen, read)
    if row:
        parts.append(Actions(row))
    title = f"{call.cluster} / {call.namespace} / {pod} {container.name}: {which}, {_count(lines)}"
    same = _exactly(call, chosen, read)
    return Answer(Message(title, tuple(parts)), files, f"{_count(lines)} of {pod} {container.name}, {which}", same)


def _exactly(call: Call, chosen: Chosen, read: _Read) -> Call:
    """The call that asks for this very log, whatever is in most trouble by then."""
    params = dict(call.params) | {"container": chosen.container.name}
    if "since" not in params:
        params.pop("current" if read.log.previous else "previous", None)
        params["previous" if read.log.previous else "current"] = True
    return msgspec.structs.replace(call, kind="Pod", name=chosen.pod.metadata.name, params=tuple(params.items()))


def _nothing(call: Call, context: Context, chosen: Chosen, said: str) -> Message:
    """There is no log: say so, with what is known instead."""
    pod, container = chosen.pod.metadata.name, chosen.container
    why = clean(redact(said))
    waiting = container.status.state.waiting if container.status.state else None
    parts: list[Part] = [Section((Bold(f"No log of {pod}"), f" · {container.kind} ", Code(container.name), f": {why}"))]
    if waiting and waiting.message:
        parts.append(Section(f"It waits: {waiting.reason or ''}: {clean(redact(waiting.message))}"))
    parts.append(Small(_why(call, chosen, context.now()) or container.why))
    describe = _describe(call, context, chosen.pod)
    if describe:
        parts.append(Actions((describe,)))
    return Message(f"No log of {pod} {container.name}: {why[:80]}", tuple(parts))


def _why(call: Call, chosen: Chosen, now: float) -> str:
    """Why this pod and container, where that was ours to choose."""
    found = containers(chosen.pod, now)
    others = [one for one in found if one.name != chosen.container.name]
    said: list[str] = []
    if call.kind != "Pod":
        said.append(f"chosen: {chosen.why}")
    elif chosen.container.trouble:
        said.append(chosen.container.why)
    if others and not call.word("container"):
        said.append("other containers: " + ", ".join(_named(one) for one in others))
    return " · ".join(said)


def _named(one: Seen) -> str:
    return f"{one.name} ({one.why})" if one.trouble else one.name


def _buttons(call: Call, context: Context, chosen: Chosen, read: _Read) -> tuple[Button, ...]:
    pod, container = chosen.pod.metadata.name, chosen.container
    params = {name: value for name, value in call.params if name in {"tail", "grep"}} | {"container": container.name}
    exact = msgspec.structs.replace(call, kind="Pod", name=pod, params=tuple(params.items()))
    row: list[Button | None] = []
    last = container.status.last_state.terminated if container.status.last_state else None
    if read.log.previous:
        current = msgspec.structs.replace(exact, params=(*exact.params, ("current", True)))
        row.append(button_for("Current log", current, context))
    elif last is not None:
        before = msgspec.structs.replace(exact, params=(*exact.params, ("previous", True)))
        row.append(button_for("Log before the restart", before, context))
    if call.number("tail", _TAIL) <= len(read.lines) < _LONGER:
        more = tuple((name, value) for name, value in call.params if name not in {"tail", "share"})
        longer = msgspec.structs.replace(call, params=(*more, ("tail", _LONGER)))
        row.append(button_for(f"{_LONGER} lines", longer, context))
    row.append(_describe(call, context, chosen.pod))
    return tuple(button for button in row if button is not None)


def _describe(call: Call, context: Context, pod: Pod) -> Button | None:
    return button_for("Describe", Call("describe", call.cluster, call.namespace, "Pod", pod.metadata.name), context)


def _last_lines(text: str) -> str:
    if len(text) <= _SHOWN:
        return text
    cut = text[-_SHOWN:]
    return cut.partition("\n")[2] or cut


def _count(lines: Sequence[str]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines)} lines"


VERB = Verb(
    name="logs",
    summary="what a container wrote; of a workload, the pod that is in most trouble",
    run=_run,
    params=(
        Param(
            name="target",
            kind="object",
            summary="a pod, or a workload to choose a pod of",
            required=True,
            kinds=("Pod", *WITH_PODS),
            default_kind="Pod",
        ),
        Param(name="namespace", kind="namespace", summary="its namespace", flags=("-n", "--namespace")),
        Param(name="cluster", kind="cluster", summary="its cluster", flags=("--cluster",)),
        Param(name="container", kind="container", summary="which container", flags=("-c", "--container")),
        Param(name="previous", kind="flag", summary="of the container before the restart", flags=("-p", "--previous")),
        Param(
            name="current", kind="flag", summary="of the container that runs now, whatever it did", flags=("--current",)
        ),
        Param(name="since", kind="duration", summary="how far back", flags=("--since",), most=30 * 86400),
        Param(name="tail", kind="int", summary=f"how many lines ({_TAIL})", flags=("--tail",), least=1, most=_MOST),
        Param(name="grep", kind="text", summary="only lines that contain this text", flags=("--grep",)),
    ),
    examples=(
        "logs deploy/api -n shop",
        "logs api-6d5f7c9b8-x7k2p -n shop --previous",
        'logs sts/search -n shop -c app --since 10m --grep "connection refused"',
    ),
    notes=("Secrets are taken out. Without --previous the log that holds the crash is chosen, and said so.",),
    rights=(
        Right("", "pods", ("get", "list")),
        Right("", "pods/log", ("get",)),
        Right("apps", "deployments", ("get",)),
        Right("apps", "statefulsets", ("get",)),
        Right("apps", "daemonsets", ("get",)),
        Right("apps", "replicasets", ("get", "list")),
        Right("batch", "jobs", ("get",)),
        Right("argoproj.io", "rollouts", ("get",)),
    ),
    progress="Reading the log of",
)
