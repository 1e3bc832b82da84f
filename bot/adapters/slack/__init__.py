"""Slack: inbound (socket or HTTP -> Request), outbound (post, update, thread, upload), blocks, people."""
