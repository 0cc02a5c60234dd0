"""What stations send: kept as it came, then applied.  A refusal never blocks the queue."""
