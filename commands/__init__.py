"""What people ask for: Slack -> request -> parse -> authorize -> audit -> execute -> audit -> render.

Knows neither Slack nor Kubernetes as libraries: it speaks through ``commands.ports`` and ``bot.core.ports``.
Adding a command is one new module in ``commands/verbs`` and its test.
"""
