"""Targets: how much each point should declare each day, and who is behind or silent."""
