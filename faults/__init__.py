"""Faults on purpose: power cuts, kills, full and lying cards, rot, clocks, lost answers.

Each test names the promise that it keeps; `make faults` runs them, `docs/faults.md` says what was
seen.  Slower than the tests, and they need strace, fuse3 and faketime: without them they skip.
"""
