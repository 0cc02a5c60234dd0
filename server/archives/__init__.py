"""Closed months: what is bulky and no rule needs goes into encrypted files, and can come back."""
