"""Loading plug-ins: one module, one plug-in, found by walking a package.

A module that cannot be imported, lacks its plug-in or repeats a name stops the start and is named.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from bot.core.errors import SetupError


def load_plugins(package: ModuleType, attribute: str) -> dict[str, Any]:
    """Every module of ``package`` -> its ``attribute``, keyed by the plug-in's ``name`` and sorted by it.

    Modules whose name starts with an underscore are helpers, not plug-ins. Raises SetupError with every problem.
    """
    found: dict[str, Any] = {}
    where: dict[str, str] = {}
    problems: list[str] = []
    for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if info.name.rsplit(".", 1)[1].startswith("_"):
            continue
        try:
            module = importlib.import_module(info.name)
        except Exception as error:  # noqa: BLE001 - whatever a plug-in raises at import, its name must be told
            problems.append(f"{info.name} cannot be imported: {type(error).__name__}: {error}")
            continue
        plugin = getattr(module, attribute, None)
        if plugin is None:
            problems.append(f"{info.name} defines no {attribute}")
        elif plugin.name in found:
            problems.append(f"{info.name} and {where[plugin.name]} both define {plugin.name!r}")
        else:
            found[plugin.name] = plugin
            where[plugin.name] = info.name
    if problems:
        raise SetupError(problems)
    return dict(sorted(found.items()))
