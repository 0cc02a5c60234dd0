"""Tracing for officers: from a positive outcome to F1 and F2, zones to people not yet sampled."""
