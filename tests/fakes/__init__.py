"""Fakes of our own ports. Each passes the same contract suite as the real adapter (``tests/contract``)."""
