"""The checks that readers put behind their frames."""

from binascii import crc_hqx


def crc_xmodem(data: bytes) -> bytes:
    """Return CRC-16/XMODEM (polynomial 1021, start 0), high byte first."""
    return crc_hqx(data, 0).to_bytes(2, "big")


def twos_complement(data: bytes) -> bytes:
    """Return what makes the sum of all bytes a multiple of 65536, high byte first."""
    return (-sum(data) & 0xFFFF).to_bytes(2, "big")
