"""Shared words: plain data and pure functions that every other package may use.

Nothing here does I/O, reads the environment, keeps state or knows a vendor library.
A thing belongs here when ``alerts`` and ``commands`` both need it; otherwise it lives with its user.
"""
