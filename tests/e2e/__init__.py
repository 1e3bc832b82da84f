"""The whole bot against the Slack double and a cluster: what a user would notice, end to end."""
