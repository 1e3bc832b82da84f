"""One outside system each: Slack, Kubernetes, the store, the audit sinks, charts, clocks.

Adapters implement the ports that ``bot.core.ports``, ``commands.ports`` and ``alerts.ports`` define.
They are strangers to one another: what two of them need goes to ``bot.core``.
"""
