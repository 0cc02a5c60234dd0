"""The station: pairs people with tubes at the table, off-line if need be."""
