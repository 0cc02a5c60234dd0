"""Who did what to what, when: kept for ever."""
