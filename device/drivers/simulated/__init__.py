"""Simulated twins of the hardware.  They ship with the product and can fail on purpose."""
