"""State that must survive: SQLite for one process, DynamoDB for replicas. One contract suite holds both."""
