"""Everything that is printed: tube labels, personal cards, posters, command cards."""
