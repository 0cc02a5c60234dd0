"""Analysers that are not there: they speak HL7 and ASTM, and can fail on purpose."""
