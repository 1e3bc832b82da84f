"""The people's page of the demo: plain HTML, CSS and ES modules that draw what the local Slack holds.

No build step, no external resource, no Node. The browser talks to the local Slack alone: ``/demo/state`` and
``/demo/stream`` to see, ``/demo/act`` to do, ``/demo/complete`` to be helped while typing. Whatever arrives is data:
nodes are built one by one, and text never becomes markup.

A block type is one function in ``blocks.js`` (or in the module that it imports it from); an interactive element is one
function in ``elements.js``.
"""

from __future__ import annotations

from pathlib import Path

DIRECTORY = Path(__file__).parent
"""Where ``index.html`` lies; the local Slack serves it at ``/`` and its neighbours under ``/page/``."""
