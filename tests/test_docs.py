"""The documents are true: generated pages are fresh, links lead somewhere, what they name exists."""

from __future__ import annotations

import importlib.util
import re
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "configuration.md", "watched.md"])
def test_generated_pages_are_what_the_code_says(generate: ModuleType, name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == generate.PAGES[name](), "run `make docs`"


def test_every_setting_is_explained(generate: ModuleType) -> None:
    self_evident = {"name", "role", "level", "style", "bindings"}
    silent = [
        line
        for line in generate.configuration_page().splitlines()
        if line.startswith("| `") and line.endswith("|  |") and line.split("`")[1] not in self_evident
    ]
    sections = [line for line in silent if "see below" not in line and "**required**" not in line]
    assert sections == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", document.read_text())
    broken = [target for target in targets if "://" not in target and not (document.parent / target).exists()]
    assert broken == []


def test_the_make_targets_that_the_readme_names_exist_and_explain_themselves() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for document in DOCUMENTS:
        for target in re.findall(r"`make ([a-z-]+)", document.read_text()):
            assert re.search(rf"^{target}:.*## \S", makefile, re.MULTILINE), f"{document.name}: make {target}"


def test_the_readme_s_commands_are_understood() -> None:
    from commands.parse import Defaults, parse
    from commands.registry import load_verbs

    text = textwrap.dedent((ROOT / "README.md").read_text())
    written = re.findall(r"`/k8s ([a-z]+ [a-z/]+ -n [a-z]+)`", text)
    assert written != []
    for line in written:
        parse(line, load_verbs(), Defaults(("prod",)))
