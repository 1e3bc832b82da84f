"""Tests of the Kubernetes adapter, against small scripted servers on loopback."""
