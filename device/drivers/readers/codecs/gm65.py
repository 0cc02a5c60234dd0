"""The GM65 family (Grow GM60, GM61, GM65, GM66, GM805, GM812 and their clones): registers.

    host     7E 00 | kind | count | address (2) | data | CRC       kind 07 read, 08 write, 09 save
    reader   02 00 | status | count | data | CRC                   (03 00 ... answers a heartbeat)

CRC-16/XMODEM runs from kind (or status) to the end of data.  Replies do not say what they answer:
have one question open at a time.  Codes come as lines, or as `03|04 length data` packets.
"""

from dataclasses import dataclass
from enum import IntEnum

from device.drivers.readers.codecs.checks import crc_xmodem
from device.drivers.readers.codecs.heard import Code, Damaged, Reply
from device.drivers.readers.codecs.lines import Lines
from device.drivers.readers.codecs.stream import NOISE, Found, Stream

_MARKS = (b"\x02\x00", b"\x03\x00")
_LONGEST = 32  # data bytes in a reply to any question of ours
_CONTROLS = frozenset(range(0x20)) | {0x7F}


class Status(IntEnum):
    OK = 0x00
    WRONG_CRC = 0x01
    INVALID = 0x03


@dataclass(frozen=True, slots=True)
class Answer(Reply):
    """What the reader says to the one open question, or to a heartbeat."""

    status: int
    data: bytes


def command(kind: int, address: int, data: bytes, count: int | None = None) -> bytes:
    """Return the frame of a command; *count* is the length of *data* unless given."""
    count = len(data) if count is None else count
    body = bytes((kind, count)) + address.to_bytes(2, "big") + data
    return b"\x7e\x00" + body + crc_xmodem(body)


def read_register(address: int, count: int = 1) -> bytes:
    """Return the question for *count* registers from *address* on."""
    return command(0x07, address, bytes((count,)), 1)


def write_register(address: int, data: bytes) -> bytes:
    """Return the order to put *data* into the registers from *address* on, until power is cut."""
    return command(0x08, address, data)


SAVE = command(0x09, 0x0000, b"\x00")
HEARTBEAT = command(0x0A, 0x0000, b"\x00")
TRIGGER = write_register(0x0002, b"\x01")
RELEASE = write_register(0x0002, b"\x00")
HARDWARE, SOFTWARE = 0x00E1, 0x00E2


def _replies(data: bytes, at: int) -> Found | None:
    if len(data) < at + 4:
        return None
    end = at + 4 + data[at + 3] + 2
    if not 1 <= data[at + 3] <= _LONGEST:
        return NOISE
    if len(data) < end:
        return None
    body, check = data[at + 2 : end - 2], data[end - 2 : end]
    if crc_xmodem(body) != check:
        return Found(1, (Damaged(data[at:end]),), noise=1)
    return Found(end - at, (Answer(body[0], body[2:]),))


def _packets(data: bytes, at: int) -> Found | None:
    if data[at] not in (0x02, 0x03, 0x04):
        return NOISE
    if len(data) < at + 2:
        return None
    length = data[at + 1]
    if length == 0:
        return _replies(data, at) if data[at] != 0x04 else NOISE
    if data[at] == 0x02:
        return NOISE
    if _CONTROLS.intersection(data[at + 2 : at + 2 + length]):
        return NOISE  # no code that is meant for us holds such bytes; the next frame does
    if len(data) < at + 2 + length:
        return None
    return Found(2 + length, (Code(data[at + 2 : at + 2 + length]),))


def stream(framing: str = "lines") -> Stream:
    """Return what reads this family's bytes; *framing* of codes: 'lines' or 'packets'."""
    return Stream(_packets if framing == "packets" else Lines(_MARKS, _replies))
