"""Declarations: the embedded record of each person, which results are delivered into."""
