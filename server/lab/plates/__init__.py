"""Racks and plates: which tube stands in which well, as a picture and as the machine's file."""
