"""Tests of the command flow."""
