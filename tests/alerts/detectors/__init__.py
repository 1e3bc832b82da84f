"""Tests of detectors, one for each."""
