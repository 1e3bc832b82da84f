"""Tests of the embedded workspace and cluster."""
