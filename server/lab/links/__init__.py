"""Lines to analysers: HL7 over MLLP, ASTM over TCP and serial.  Kept first, then answered."""
