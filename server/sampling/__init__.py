"""Lots, tubes and who was given which; where two claims meet, both stand until a person decides."""
