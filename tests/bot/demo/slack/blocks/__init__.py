"""Tests of the local Slack's check of Block Kit."""
