"""Tests of alerts, one for each module."""
