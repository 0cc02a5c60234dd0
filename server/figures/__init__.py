"""Roll-ups of samples, so that an overview of ten million of them reads some thousand rows."""
