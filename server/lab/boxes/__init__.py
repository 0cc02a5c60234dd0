"""Boxes of tubes on their way from a team to the laboratory: who had them, and how many."""
