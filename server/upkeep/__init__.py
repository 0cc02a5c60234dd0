"""Looking after a server: keys, trail, copies, what is kept how long, and how it all stands."""
