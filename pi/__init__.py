"""The station on an emulated Raspberry Pi: `make pi` (docs/pi.md).

An arm64 kernel with the real device nodes of a Pi: pins, a serial reader on USB that is plugged
and pulled, a keyboard wedge, a camera, a card.  The power is cut by killing the emulator, and every
pair that was told must be on the server in the end.
"""
