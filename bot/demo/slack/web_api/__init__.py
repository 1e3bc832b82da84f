"""Slack's Web API: one module per family, each method one function decorated with ``method`` from ``registry``.

``gateway`` serves them and does what all have in common: tokens, scopes, rates, faults, the shape of an error.
"""
