"""The house rules that a machine can hold: mirrors, sizes, plug-ins, and what may not stand in a committed file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import alerts.detectors
import commands.verbs
from bot.core.plugins import load_plugins

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "commands", "alerts")
# Plain data and interfaces: what uses them tests them.
DATA_MODULES = {"__init__.py", "ports.py", "settings.py", "model.py", "errors.py", "__main__.py"}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "__pycache__" not in path.parts)


def committed() -> list[Path]:
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_python_file_opens_with_what_it_is_for() -> None:
    bare = [
        relative(path)
        for path in committed()
        if path.suffix == ".py" and path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert bare == []


def test_every_module_has_the_test_that_mirrors_it() -> None:
    expected = {
        ROOT / "tests" / path.relative_to(ROOT).with_name(f"test_{path.name}")
        for path in modules()
        if path.name not in DATA_MODULES and not path.name.startswith("_")
    }
    missing = [relative(test) for test in sorted(expected) if not test.exists()]
    assert missing == [], "modules without the test that mirrors them"


def test_files_and_functions_stay_small() -> None:
    too_long = []
    for path in committed():
        if path.suffix != ".py":
            continue
        text = path.read_text()
        if text.count("\n") > 400:
            too_long.append(f"{relative(path)}: {text.count(chr(10))} lines")
        if relative(path).startswith("tests"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 60:
                    too_long.append(f"{relative(path)}: {node.name} has {lines} lines")
    assert too_long == []


def test_plug_ins_load_and_are_named_after_their_files() -> None:
    for package, attribute in ((commands.verbs, "VERB"), (alerts.detectors, "DETECTOR")):
        names = load_plugins(package, attribute)
        files = {path.stem for path in Path(package.__path__[0]).glob("[!_]*.py")}
        assert {name.replace(" ", "_").replace("-", "_") for name in names} == files


FORBIDDEN = re.compile(
    r"pypi\.org|pythonhosted|proxy\.golang|sum\.golang|registry\.npmjs|deb\.debian|crates\.io"
    r"|--(extra-)?index-url|/(root|home|work)/[\w.]"
)
UNFINISHED = re.compile(r"#\s*(TODO|FIXME|XXX)\b|raise NotImplementedError\(\)|assert True\b")


@pytest.mark.parametrize("pattern", [FORBIDDEN, UNFINISHED], ids=["hosts-and-machine-paths", "unfinished"])
def test_what_may_not_stand_in_a_committed_file(pattern: re.Pattern[str]) -> None:
    found = []
    for path in committed():
        if path == Path(__file__) or path.suffix in {".png", ".sum"}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{relative(path)}:{number}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_host_and_hashes_everything(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert not any("://" in line for line in lines)
    assert all(line.endswith("\\") for line in lines if "==" in line)


def test_the_import_contracts_hold() -> None:
    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:]
