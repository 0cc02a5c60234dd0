"""Invented people and points for a demonstration: never beside real ones."""
