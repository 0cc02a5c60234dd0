"""Persons, the numbers they are known by, and the cards we print for them."""
