"""Ids that sort by their time: UUIDs of version 7 (RFC 9562).  Pure: time and lot come in.

Later ids stand at the end of an index, so that a large one grows at one place; 74 bits drawn by lot
keep them from being guessed.  A clock that is wrong makes an id that is as good, elsewhere.
"""

from datetime import datetime
from uuid import UUID

LOT = 10  # bytes drawn for one id


def ordered_id(at: datetime, drawn: bytes) -> UUID:
    """Return the id of something that happened *at*; *drawn* are LOT bytes drawn by lot."""
    lot = int.from_bytes(drawn)
    return UUID(int=_moment(at) << 80 | 7 << 76 | lot >> 68 << 64 | 2 << 62 | lot & (1 << 62) - 1)


def ordered_hexes(at: datetime, drawn: bytes) -> list[str]:
    """Return such ids as their 32 digits, one for each LOT bytes of *drawn*."""
    head, lots = f"{_moment(at):012x}7", drawn.hex()
    return [
        f"{head}{lots[place : place + 3]}{_VARIANT[lots[place + 3]]}{lots[place + 4 : place + 19]}"
        for place in range(0, len(lots), 2 * LOT)
    ]


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def _moment(at: datetime) -> int:
    return int(at.timestamp() * 1000) & (1 << 48) - 1
