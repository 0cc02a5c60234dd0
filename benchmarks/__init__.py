"""Benchmarks: each prints a ratio against a named limit or peer, measured in the same run."""
