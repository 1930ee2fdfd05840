"""Policies: what Pods may reach."""
