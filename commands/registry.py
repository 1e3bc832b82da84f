"""All commands: found by walking ``commands.verbs``; a broken or repeated one stops the start with its name."""

from __future__ import annotations

from bot.core.plugins import load_plugins
from commands import verbs
from commands.model import Verb


def load_verbs() -> dict[str, Verb]:
    """Name -> verb, sorted by name. Raises SetupError."""
    return load_plugins(verbs, "VERB")
