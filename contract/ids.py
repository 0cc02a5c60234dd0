"""Ids that sort by their time: UUIDs of version 7 (RFC 9562).  Pure: time and lot come in.

Later ids stand at the end of an index, so that a large one grows at one place; 74 bits drawn by lot
keep them from being guessed.  A clock that is wrong makes an id that is as good, elsewhere.
"""

from datetime import datetime
from uuid import UUID

LOT = 10  # bytes drawn for one id


def ordered_id(at: datetime, drawn: bytes) -> UUID:
    """Return the id of something that happened *at*; *drawn* are LOT bytes drawn by lot."""
    return UUID(int=_number(at, drawn))


def ordered_hex(at: datetime, drawn: bytes) -> str:
    """Return such an id as its 32 digits."""
    return f"{_number(at, drawn):032x}"


def _number(at: datetime, drawn: bytes) -> int:
    lot = int.from_bytes(drawn)
    moment = int(at.timestamp() * 1000) & (1 << 48) - 1
    return moment << 80 | 7 << 76 | lot >> 68 << 64 | 2 << 62 | lot & (1 << 62) - 1
