"""What station, server and label printer agree on: codes, identities, wire events, signatures.

Pure: nothing in here does I/O or reads a clock.
"""
