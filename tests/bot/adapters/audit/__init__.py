"""Audit sinks."""
