"""Plug-ins are found by walking; a broken, missing or repeated one stops the start with its name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from bot.core.errors import SetupError
from bot.core.plugins import load_plugins

GOOD = "class P:\n    name = {name!r}\nPLUGIN = P()\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], ModuleType]:
    def make(files: dict[str, str]) -> ModuleType:
        root = tmp_path / "plugs"
        root.mkdir()
        for name, text in ({"__init__": ""} | files).items():
            (root / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        for name in [name for name in sys.modules if name.startswith("plugs")]:
            monkeypatch.delitem(sys.modules, name)
        return importlib.import_module("plugs")

    return make


def test_found_by_walking_and_sorted_by_name(package: Callable[[dict[str, str]], ModuleType]) -> None:
    made = package({"b": GOOD.format(name="beta"), "a": GOOD.format(name="zeta"), "_helper": "raise SystemExit"})
    assert list(load_plugins(made, "PLUGIN")) == ["beta", "zeta"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"x": "import nosuchmodule"}, "plugs.x cannot be imported: ModuleNotFoundError"),
        ({"x": "y = 1"}, "plugs.x defines no PLUGIN"),
        ({"x": GOOD.format(name="n"), "y": GOOD.format(name="n")}, "plugs.y and plugs.x both define 'n'"),
    ],
)
def test_a_bad_plug_in_is_named(
    package: Callable[[dict[str, str]], ModuleType], files: dict[str, str], told: str
) -> None:
    with pytest.raises(SetupError, match=told):
        load_plugins(package(files), "PLUGIN")
