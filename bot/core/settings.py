"""Settings text (YAML) -> frozen structs, with every mistake named: line, key, value, and what is allowed.

Pure: the caller reads the file. Used for the configuration as a whole and for parts that are reloaded while running.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import yaml

from bot.core.times import Seconds, parse_duration

T = TypeVar("T")
Path = tuple[str | int, ...]

_SECRET_WORDS = ("token", "secret", "password", "webhook")


class Problem(NamedTuple):
    """``line`` is 1-based; 0 where nothing in the file is to blame (a missing key at the top)."""

    line: int
    key: str
    message: str

    def told(self, file: str) -> str:
        where = f"{file}:{self.line}" if self.line else file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class Located(NamedTuple):
    """Plain data and the line on which each of its values stands."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that the file does contain."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def dotted(path: Sequence[str | int]) -> str:
    """``("clusters", 0, "name")`` -> ``clusters[0].name``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_yaml(text: str) -> tuple[Located, list[Problem]]:
    """Parse YAML and remember lines. Broken syntax and repeated keys are problems."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return Located({}, {}), [Problem(line, "", f"this is not valid YAML: {error.problem or error.context}")]
    except yaml.YAMLError as error:
        return Located({}, {}), [Problem(0, "", f"this is not valid YAML: {error}")]
    if node is None:
        return Located({}, {}), []
    lines: dict[Path, int] = {}
    problems: list[Problem] = []
    data = _build(node, (), lines, problems, yaml.SafeLoader(""))
    return Located(data, lines), problems


def _build(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem], loader: Any) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            line = key_node.start_mark.line + 1
            if key in mapping:
                problems.append(Problem(line, dotted((*path, key)), "stands here twice; keep one"))
            lines[(*path, key)] = line
            mapping[key] = _build(value_node, (*path, key), lines, problems, loader)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), lines, problems, loader) for i, item in enumerate(node.value)]
    try:
        return loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        problems.append(Problem(node.start_mark.line + 1, dotted(path), f"cannot be read: {error}"))
        return None


def read_settings(text: str, cls: type[T], file: str) -> T:
    """YAML text -> ``cls`` (a msgspec Struct). Raises SettingsError with every problem."""
    located, problems = read_yaml(text)
    if located.lines or not problems:  # nothing to add to a file that is no YAML at all
        problems += check(located, cls)
    if problems:
        raise SettingsError([problem.told(file) for problem in sorted(problems)])
    return to_struct(located.data, cls)


class SettingsError(ValueError):
    """``problems``: one line each, ready to print."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def to_struct(data: Any, cls: type[T]) -> T:
    """Plain data -> struct. Raises msgspec.ValidationError."""
    return msgspec.convert(data if data is not None else {}, cls, dec_hook=_decode)


def _decode(cls: type, value: Any) -> Any:
    if cls is Seconds:
        if not isinstance(value, str):
            raise ValueError("expected a duration")
        return parse_duration(value)
    raise NotImplementedError(f"no decoder for {cls}")


def check(located: Located, cls: type) -> list[Problem]:
    """Every problem that stands between the data and ``cls``; empty when ``to_struct`` will succeed."""
    problems = list(_check(located, located.data if located.data is not None else {}, cls, ()))
    if not problems:
        try:
            to_struct(located.data, cls)
        except msgspec.ValidationError as error:  # rules between fields, in a struct's __post_init__
            problems.append(_broken_rule(located, str(error)))
    return problems


def _broken_rule(located: Located, told: str) -> Problem:
    message, _, place = told.partition(" - at `$")
    path = tuple(int(step) if step.isdigit() else step for step in re.findall(r"\w+", place))
    return Problem(located.line(path), dotted(path), message)


def _check(located: Located, value: Any, kind: Any, path: Path) -> Iterator[Problem]:
    origin = get_origin(kind)
    if origin is Annotated:
        inner = list(_check(located, value, get_args(kind)[0], path))
        yield from inner or _check_leaf(located, value, kind, path)
        return
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        if value is None and len(options) < len(get_args(kind)):
            return
        if len(options) == 1:
            yield from _check(located, value, options[0], path)
            return
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _check_struct(located, value, kind, path)
    elif origin in (tuple, list) and isinstance(value, list):
        for i, item in enumerate(value):
            yield from _check(located, item, get_args(kind)[0], (*path, i))
    elif origin is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from _check(located, item, get_args(kind)[1], (*path, key))
    else:
        yield from _check_leaf(located, value, kind, path)


def _check_leaf(located: Located, value: Any, kind: Any, path: Path) -> Iterator[Problem]:
    try:
        msgspec.convert(value, kind, dec_hook=_decode)
    except msgspec.ValidationError as error:
        if " - at `$" in str(error):  # a rule between the fields of something within
            return
        yield Problem(located.line(path), dotted(path), _wrong_value(value, kind, str(error)))


def _check_struct(located: Located, value: Any, kind: type[msgspec.Struct], path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(located.line(path), dotted(path), _wrong_value(value, kind, ""))
        return
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in value:
        if key not in fields:
            yield Problem(located.line((*path, key)), dotted((*path, key)), _unknown_key(key, list(fields)))
    for name, field in fields.items():
        if name in value:
            yield from _check(located, value[name], hints[field.name], (*path, name))
        elif field.required:
            what = _expected(hints[field.name])
            yield Problem(located.line(path), dotted((*path, name)), f"is missing; it needs {what}")


def _unknown_key(key: str, allowed: list[str]) -> str:
    if any(word in key.lower() for word in _SECRET_WORDS):
        return "secrets do not stand in this file; set them in the environment (see the README)"
    near = difflib.get_close_matches(key, allowed, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"is not known here.{meant} Allowed: {', '.join(sorted(allowed))}"


def _wrong_value(value: Any, kind: Any, detail: str) -> str:
    if value is None:
        return f"is empty; it needs {_expected(kind)} (a value that begins with # must stand in quotes)"
    shown = (
        f"{value!r}"
        if isinstance(value, str | int | float | bool)
        else "a list"
        if isinstance(value, list)
        else "a map"
    )
    # msgspec's own words carry the limits of a number or a pattern ("Expected `int` >= 1").
    limit = (
        f" ({detail.partition(' - at ')[0]})"
        if any(sign in detail for sign in (">", "<", "matching", "length"))
        else ""
    )
    return f"{shown} is not allowed; it needs {_expected(kind)}{limit}"


def _expected(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is Literal:
        return "one of " + ", ".join(map(str, get_args(kind)))
    if origin in (Union, types.UnionType):
        return " or ".join(_expected(option) for option in get_args(kind) if option is not type(None))
    if origin in (list, tuple):
        return f"a list ({_expected(get_args(kind)[0])} each)"
    if origin is dict:
        return "a map"
    if hasattr(kind, "__metadata__"):
        return _expected(kind.__origin__)
    if kind is Seconds:
        return "a duration such as 90s, 10m, 1h30m or 2d"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "a map with " + ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(kind, getattr(kind, "__name__", str(kind)))
