"""Tests of the local Slack's Web API."""
