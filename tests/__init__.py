"""Tests mirror the packages: ``bot/core/redact.py`` is tested by ``tests/bot/core/test_redact.py``."""
