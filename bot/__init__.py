"""The process: wiring on top (app, config, command line), edges in the middle (adapters, demo), shared words (core).

What belongs here: everything that knows a vendor library, the environment or the operating system.
What does not: rules about alerts (``alerts``) and about commands (``commands``).
"""
