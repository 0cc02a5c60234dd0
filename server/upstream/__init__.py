"""A server above others: what those below hand over, counted, for the officers of the whole."""
