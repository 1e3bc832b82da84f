"""Any other kind: its conditions, its status, its events. Data and spec are left out: they may hold anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.message import Fields, Part
from bot.core.redact import redact_env
from commands.description import (
    Described,
    Describer,
    Subject,
    bad_conditions,
    conditions,
    dig,
    events,
    fields,
    lines,
    metadata,
    safe,
    warnings,
)
from commands.workloads import owner

_LINES = 40


async def _describe(subject: Subject) -> Described:
    raw = subject.raw
    age = subject.age(dig(raw, "metadata", "creationTimestamp"))
    controller = owner(raw)
    status = {key: value for key, value in (dig(raw, "status") or {}).items() if key != "conditions"}
    told = list(_flat(status))
    deleted = dig(raw, "metadata", "deletionTimestamp")
    parts: list[Part] = [
        Fields(
            fields(
                ("Age", age),
                ("Kind", raw.get("kind")),
                ("Controlled by", f"{controller.get('kind')}/{controller.get('name')}" if controller else None),
                ("Finalizers", ", ".join(dig(raw, "metadata", "finalizers") or [])),
            )
        )
    ]
    parts += lines(f"Status{'' if len(told) <= _LINES else f', {len(told) - _LINES} lines left out'}", told[:_LINES])
    parts += [*conditions(subject), *events(subject), *metadata(subject)]
    wrong = bad_conditions(subject)
    if deleted:
        wrong.insert(0, f"It is being deleted since {subject.age(deleted)}.")
    phase = status.get("phase")
    return Described(
        f"{safe(phase)}, {age} old" if phase else f"{age} old", tuple(wrong or warnings(subject)), tuple(parts)
    )


def _flat(value: Any, path: str = "") -> Iterator[str]:
    """Nested values as ``a.b[0].c: text``."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _flat(item, f"{path}[{i}]")
    else:
        name = path.rpartition(".")[2]
        yield f"{path}: {safe(redact_env(name, str(value)))}"


DESCRIBER = Describer("generic", (), _describe)
