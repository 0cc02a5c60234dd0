"""What machines say, read from their files and messages.  Pure: bytes in, typed readings out."""
