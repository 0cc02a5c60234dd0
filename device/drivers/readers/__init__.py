"""Readers that can be asked and told: GM65 family, Zebra SSI and GM67, Honeywell, Newland."""
