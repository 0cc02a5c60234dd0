"""Honeywell's menu commands and decode headers (Xenon, Voyager, Vuquest, N36xx, HF, CM).

    host     16 4D 0D | tag sub-tag data[;...] | '!' until power is cut, '.' for ever
    reader   the same text, a status (06 done, 15 bad value, 05 unknown) before each mark
    code     16 FE | length (4, low byte first) | 0D MSGGET | 4 digits | kind | AIM (2) | 1D | data

Codes are taken with a header only (DECHDR1): without one nothing tells a code from a reply.
"""

import re

from device.drivers.readers.codecs.heard import Code, MenuReply
from device.drivers.readers.codecs.stream import FILLER, NOISE, Found, Stream

_START = b"\x16\xfe"
_HEAD = re.compile(rb"\rMSGGET\d{4}([\x21-\x7e])([A-Za-z][0-9A-Za-z])\x1d")
_HEAD_SIZE = 15  # from 0D to 1D
_LONGEST = 4096
_END = re.compile(rb"[\x05\x06\x15][.!]|\x16")
_PARTS = re.compile(rb"([^\x05\x06\x15]*)([\x05\x06\x15])[;,.!]")
_STATUSES = (0x05, 0x06, 0x15)

TRIGGER, RELEASE = b"\x16\x54\x0d", b"\x16\x55\x0d"
BEEP = b"\x16\x07\x0d"
SEEN = b"\x1b1"  # its green light for 135 ms, and no sound
GOOD, BAD = b"\x1b7", b"\x1b8"  # the answers that a reader in host-acknowledge mode waits for


def menu(text: str, *, for_ever: bool = False) -> bytes:
    """Return the frame of one or more commands ('ALLENA0;128ENA1')."""
    return b"\x16M\r" + text.encode("ascii") + (b"." if for_ever else b"!")


def query(key: str) -> bytes:
    """Return the question for the present value of *key* ('128ENA')."""
    return b"\x16M\r" + key.encode("ascii") + b"?."


def _look(data: bytes, at: int) -> Found | None:
    if data[at] == 0x16:
        if len(data) < at + 2:
            return None
        return _code(data, at) if data[at + 1] == 0xFE else NOISE
    if data[at] in (0x0D, 0x0A):
        return FILLER
    if data[at] < 0x20 and data[at] not in _STATUSES:
        return NOISE
    return _reply(data, at)


def _code(data: bytes, at: int) -> Found | None:
    if len(data) < at + 6:
        return None
    length = int.from_bytes(data[at + 2 : at + 6], "little")
    if not _HEAD_SIZE <= length + 1 <= _LONGEST:
        return NOISE
    if len(data) < at + 6 + _HEAD_SIZE:
        return None
    head = _HEAD.match(data, at + 6)
    if head is None:
        return NOISE
    # The length counts what follows 0D; the CR behind the data may be counted in it or not.
    end = at + 7 + length
    if len(data) < end:
        return None
    if _START in data[head.end() : end]:
        return NOISE  # the frame was cut short, and another began
    text = data[head.end() : end].removesuffix(b"\r")
    return Found(end - at, (Code(text, "]" + head.group(2).decode("ascii")),))


def _reply(data: bytes, at: int) -> Found | None:
    end = _END.search(data, at)
    if len(data) - at >= _LONGEST and (end is None or end.end() - at > _LONGEST):
        return Found(_LONGEST, noise=_LONGEST)
    if end is None:
        return None
    if end.group() == b"\x16":
        return Found(end.start() - at, noise=end.start() - at)
    return Found(end.end() - at, (MenuReply(_parts(data[at : end.end()])),))


def _parts(reply: bytes) -> tuple[tuple[str, int], ...]:
    """Return each part's text, without lines that stood before it, and its status."""
    parts = [(text.decode("latin-1"), status[0]) for text, status in _PARTS.findall(reply)]
    return tuple((text.rpartition("\r")[2].strip("\n"), status) for text, status in parts)


def stream() -> Stream:
    """Return what reads this protocol's bytes."""
    return Stream(_look)
