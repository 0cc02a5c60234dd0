"""How a day is and what is stuck, in pictures: the overview, the wall screen, quality."""
