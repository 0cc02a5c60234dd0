"""Traces: who was at the same point at the same time."""
