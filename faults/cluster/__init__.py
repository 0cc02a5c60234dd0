"""A PostgreSQL cluster of three nodes on one machine, and its faults: `make cluster`."""
