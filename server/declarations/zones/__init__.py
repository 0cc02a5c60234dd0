"""Zones: parts of the map with a level, and their history."""
