"""The embedded workspace and cluster: a local Slack and a local Kubernetes on which the real bot runs.

``watchkeeper demo`` and the fast tests use them. They are held to the real systems by contract tests:
where a double would be kinder than the real thing, the double is wrong.
"""
