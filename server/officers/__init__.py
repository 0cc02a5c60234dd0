"""Officers: what health officers see.  Reads only."""
