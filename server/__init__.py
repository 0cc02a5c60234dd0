"""The server: takes what stations saw and laboratories found, and tells each person's record."""
