"""Writes the pages that are drawn from the code: commands, configuration, what is watched. ``make docs``.

``tests/test_docs.py`` holds the committed pages to what this would write, so that they cannot go stale.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from alerts.settings import detectors
from bot.config import Config, config_type
from bot.core.times import Seconds
from commands.model import Verb
from commands.parse import params_of
from commands.registry import load_verbs

HERE = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py: change the code's own words, then run `make docs`. -->\n"


def commands_page() -> str:
    lines = [NOTE, "# Commands", "", "Typed after the slash command, `/k8s` unless configured otherwise.", ""]
    for verb in load_verbs().values():
        lines += _command(verb)
    return "\n".join(lines)


def _command(verb: Verb) -> Iterator[str]:
    yield f"## {verb.name}"
    yield ""
    yield f"{verb.summary[:1].upper()}{verb.summary[1:]}."
    yield ""
    yield "| parameter | meaning |"
    yield "|---|---|"
    for param in params_of(verb):
        spelling = ", ".join(f"`{flag}`" for flag in param.flags) or f"`{param.name.upper()}`"
        yield f"| {spelling} | {param.summary}{' (required)' if param.required else ''} |"
    yield ""
    yield "```"
    yield from (f"/k8s {example}" for example in verb.examples)
    yield "```"
    yield from (f"\n{note}" for note in verb.notes)
    if verb.rights:
        rights = "; ".join(f"{'/'.join(right.verbs)} {right.resource}" for right in verb.rights)
        yield f"\nIt needs these rights in the cluster: {rights}."
    yield ""


def watched_page() -> str:
    lines = [NOTE, "# What is watched", ""]
    for name, detector in detectors().items():
        told = inspect.getdoc(sys.modules[type(detector).__module__]) or ""
        lines += [f"## {name}", "", f"Looks at: {detector.kind}.", "", told, "", "| setting | default | meaning |"]
        lines += ["|---|---|---|"]
        lines += [_row(f"detectors.{name}", field) for field in fields(detector.settings)]
        lines.append("")
    return "\n".join(lines)


def configuration_page() -> str:
    lines = [NOTE, "# Configuration", ""]
    lines += [
        "One YAML file: `--config FILE`, `WATCHKEEPER_CONFIG`, or `watchkeeper.yaml`. Durations: `90s`, `10m`, `1h30m`."
    ]
    lines += ["An unknown key stops the start with its nearest spelling.", ""]
    for name, kind in get_type_hints(config_type(), include_extras=True).items():
        for path, struct in _structs(name, kind):
            lines += [f"## {path}", ""]
            told = inspect.cleandoc(vars(struct).get("__doc__") or "")
            lines += [told, ""] if told else []
            lines += ["| key | default | meaning |", "|---|---|---|"]
            lines += [_row("", field) for field in fields(struct)]
            lines.append("")
    lines += ["## Environment", "", _environment(), ""]
    return "\n".join(lines)


def _environment() -> str:
    return textwrap.dedent("""\
        | variable | meaning |
        |---|---|
        | `SLACK_BOT_TOKEN` | the Bot User OAuth Token, `xoxb-…` |
        | `SLACK_APP_TOKEN` | the App-Level Token, `xapp-…`; Socket Mode only |
        | `SLACK_SIGNING_SECRET` | HTTP mode only |
        | `WATCHKEEPER_AUDIT_KEY` | keys the audit chain (HMAC); without it only accidents are found for sure |
        | `WATCHKEEPER_CONFIG` | path of the configuration |
        | `DEMO_PORT` | port of `watchkeeper demo` |

        Each of the first four may instead be given as `NAME_FILE`, the path of a mounted file. The AWS and Kubernetes
        clients read their own variables.""")


def _structs(path: str, kind: Any) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """Every struct that a setting can hold, with the path at which it stands."""
    origin = get_origin(kind)
    if origin is Annotated or origin in (Union, types.UnionType):
        for option in get_args(kind):
            yield from _structs(path, option)
    elif origin in (tuple, list):
        yield from _structs(f"{path}[]", get_args(kind)[0])
    elif origin is dict:
        yield from _structs(f"{path}.NAME", get_args(kind)[1])
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield path, kind
        for field in fields(kind):
            yield from _structs(f"{path}.{field[0]}", field[1])


def fields(struct: type[msgspec.Struct]) -> list[tuple[str, Any, str, str]]:
    """Name, type, default in words, and docstring of each attribute, in the order of the code."""
    hints = get_type_hints(struct, include_extras=True)
    words = {name: text for base in reversed(struct.__mro__) for name, text in _attribute_docs(base).items()}
    return [
        (field.encode_name, hints[field.name], _default(field), words.get(field.name, ""))
        for field in msgspec.structs.fields(struct)
    ]


def _attribute_docs(cls: type) -> dict[str, str]:
    """The string that stands below each annotated attribute of a class body."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    except (OSError, TypeError):
        return {}
    assert isinstance(body, ast.ClassDef)
    found = {}
    for attribute, after in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name) and is_text:
            found[attribute.target.id] = inspect.cleandoc(str(after.value.value))  # type: ignore[attr-defined]
    return found


def _default(field: Any) -> str:
    if field.required:
        return "**required**"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, Seconds):
        return f"`{_duration(value)}`"
    if isinstance(value, msgspec.Struct):
        return "see below"
    if value in ("", (), {}, None):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s" if seconds >= 1 else f"{seconds * 1000:g}ms"


def _row(_path: str, field: tuple[str, Any, str, str]) -> str:
    name, kind, default, words = field
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    choice = f"one of {', '.join(map(str, get_args(kind)))}. " if get_origin(kind) is Literal else ""
    return f"| `{name}` | {default} | {choice}{' '.join(words.split()).replace('|', chr(92) + '|')} |"


PAGES = {"commands.md": commands_page, "configuration.md": configuration_page, "watched.md": watched_page}


def main() -> None:
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    assert Config.__doc__
    main()
