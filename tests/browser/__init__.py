"""The demo's page in a real browser, against a recorded workspace and against the real double."""
