"""The rehearsal day: a whole day of sampling played through the real station and server."""
