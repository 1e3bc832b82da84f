"""What the cluster says: watch events -> detectors (pure) -> findings -> incidents (pure) -> store -> notifier.

Knows neither Kubernetes nor Slack as libraries: it speaks through the ports in ``alerts.ports`` and ``bot.core.ports``.
Adding a detector is one new module in ``alerts/detectors`` and its test.
"""
