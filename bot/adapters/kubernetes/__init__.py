"""Kubernetes: transport (authentication, EKS tokens), watch (reflector), read, change, logs, lease."""
