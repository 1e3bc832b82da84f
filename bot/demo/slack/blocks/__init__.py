"""Slack's own check of Block Kit: what a message, a modal or a Home tab may hold, with errors worded as Slack's are.

``layout`` is the way in; a new block type is one function there (or in ``data`` and ``rich``) and a line in its table.
"""
