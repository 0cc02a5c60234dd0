"""A label printer without paper: it knows our words, and refuses what a printer refuses."""
