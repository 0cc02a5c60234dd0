"""Outcomes: what each person's record must say, and what does not match."""
