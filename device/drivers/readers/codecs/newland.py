"""Newland's unified commands (FM430, FM530, EM, CD and NVF engines).

    host     7E 01 0000 | '@' for ever, '#' until power is cut | tag sub-tag data[;...] | ; 03
    reader   02 01 0000 | the same, a status (06 done, 15 bad value, 05 unknown) before each ; | 03

Codes come as lines behind their AIM identifier.
"""

import re

from device.drivers.readers.codecs.heard import MenuReply
from device.drivers.readers.codecs.lines import Lines
from device.drivers.readers.codecs.stream import NOISE, Found, Stream

_MARK = b"\x02\x01"
_HEAD = _MARK + b"0000"
_LONGEST = 4096
_PARTS = re.compile(rb"([^\x05\x06\x15]*)([\x05\x06\x15]);")

TRIGGER_ON, TRIGGER_OFF = "SCNTRG1", "SCNTRG0"
HEALTH, IDENTITY = "DEVQRY", "QRYSYS"


def command(text: str, *, for_ever: bool = False) -> bytes:
    """Return the frame of one or more commands ('ALLENA0;128ENA1')."""
    return b"\x7e\x010000" + (b"@" if for_ever else b"#") + text.encode("ascii") + b";\x03"


def query(key: str) -> bytes:
    """Return the question for the present value of *key* ('128ENA')."""
    return command(key + "*")


def _replies(data: bytes, at: int) -> Found | None:
    have = data[at : at + len(_HEAD) + 1]
    if not _HEAD.startswith(have[: len(_HEAD)]):
        return NOISE
    if len(have) <= len(_HEAD):
        return None
    if have[-1:] not in (b"@", b"#"):
        return NOISE
    start = at + len(_HEAD) + 1
    end = data.find(b";\x03", start)
    if len(data) - start >= _LONGEST and not 0 <= end <= start + _LONGEST - 2:
        return NOISE
    if end < 0:
        return None
    inside = data[start : end + 1]
    if _MARK in inside:
        return NOISE  # the reply was cut short, and another began
    parts = ((text.decode("latin-1"), status[0]) for text, status in _PARTS.findall(inside))
    return Found(end + 2 - at, (MenuReply(tuple(parts)),))


def stream() -> Stream:
    """Return what reads this protocol's bytes."""
    return Stream(Lines((_MARK,), _replies))
