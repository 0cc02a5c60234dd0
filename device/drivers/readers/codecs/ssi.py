"""Zebra's Simple Serial Interface (SSI), and the GM67 that speaks a dialect of it.

    length | opcode | source (04 host, 00 reader) | status | data | checksum (2)
    FF F4 | length (2) | F4 | source | status | data | checksum (2)        (GM67, long codes)

Length counts all but the checksum.  Status: 01 sent again, 02 more of the same follows, 08 keep
for ever.  Whatever the reader sends on its own must be acknowledged, or it comes again: a code
that comes again after it was taken is acknowledged and not given twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from device.drivers.readers.codecs.checks import twos_complement
from device.drivers.readers.codecs.heard import Code, Damaged, Heard, Reply
from device.drivers.readers.codecs.stream import NOISE, Found, Stream

HOST, READER = 0x04, 0x00
AGAIN, MORE, FOR_EVER = 0x01, 0x02, 0x08
_LONGEST = 4096


class Op(IntEnum):
    ASK_REVISION = 0xA3
    REVISION = 0xA4
    PARAM = 0xC6
    ASK_PARAM = 0xC7
    ALL_CODES = 0xC9
    ACK = 0xD0
    NAK = 0xD1
    FLUSH = 0xD2
    CAPABILITIES = 0xD4
    START = 0xE4
    STOP = 0xE5
    BEEP = 0xE6
    ENABLE = 0xE9
    CODE = 0xF3
    LONG_CODE = 0xF4
    EVENT = 0xF6


_FROM_READER = frozenset(
    (Op.REVISION, Op.PARAM, Op.ACK, Op.NAK, Op.CAPABILITIES, Op.CODE, Op.LONG_CODE, Op.EVENT)
)
_CODES = frozenset((Op.CODE, Op.LONG_CODE))
NEED_ACK = _CODES | {Op.PARAM, Op.EVENT}

# What the reader calls a kind of code, and what the AIM calls it.  F0 to F2 are the GM67's.
AIMS = {
    **{0x01: "]A0", 0x03: "]C0", 0x06: "]I0", 0x07: "]G0", 0x0B: "]E0", 0x0F: "]C1"},
    **{0x11: "]L0", 0x1B: "]d1", 0x1C: "]Q1", 0xF0: "]L0", 0xF1: "]Q1", 0xF2: "]d1"},
}
UNKNOWN_AIM = "]X0"  # the AIM's own word for 'some other code'


@dataclass(frozen=True, slots=True)
class Packet(Reply):
    """One packet from the reader."""

    op: int
    status: int
    data: bytes

    @property
    def param(self) -> tuple[bytes, bytes] | None:
        """Return number and value where this answers a question for one parameter."""
        if self.op != Op.PARAM or len(self.data) < 3:
            return None
        size = number_size(self.data[1])
        return self.data[1 : 1 + size], self.data[1 + size :]


def number_size(first: int) -> int:
    """Return how many bytes a parameter's number has that begins with *first*."""
    return {0xF0: 2, 0xF1: 2, 0xF2: 2, 0xF8: 3}.get(first, 1)


def packet(op: int, data: bytes = b"", status: int = 0, source: int = HOST) -> bytes:
    """Return the frame of one packet."""
    body = bytes((4 + len(data), op, source, status)) + data
    return body + twos_complement(body)


def set_param(number: bytes, value: bytes, beep: int = 0xFF, status: int = 0) -> bytes:
    """Return the order to set one parameter; *beep* FF keeps the reader silent about it."""
    return packet(Op.PARAM, bytes((beep,)) + number + value, status)


def again(frame: bytes) -> bytes:
    """Return *frame* marked as sent again."""
    body = frame[:3] + bytes((frame[3] | AGAIN,)) + frame[4:-2]
    return body + twos_complement(body)


WAKE = b"\x00"  # a GM67 sleeps; it wants 50 ms to wake
ACK = packet(Op.ACK)
RESEND = packet(Op.NAK, b"\x01")
ASK_REVISION = packet(Op.ASK_REVISION)
START, STOP = packet(Op.START), packet(Op.STOP)
FLUSH = packet(Op.FLUSH)


class Grammar:
    """Packets, told from noise by opcode, source and checksum."""

    def __init__(self) -> None:
        self.repeats = 0
        self._parts: list[bytes] = []
        self._last: bytes | None = None
        self._kind = -1

    def __call__(self, data: bytes, at: int) -> Found | None:
        head = _head(data, at)
        if not isinstance(head, _Head):
            return head
        end = at + head.length + 2
        if len(data) < end:
            return None
        if twos_complement(data[at : end - 2]) != data[end - 2 : end]:
            self._last = None  # what comes again now was never taken
            return Found(1, (Damaged(data[at:end]),), noise=1)
        status = at + head.source + 1
        heard = Packet(data[at + 1], data[status], data[status + 1 : end - 2])
        return Found(end - at, (heard, *self._codes(heard)))

    def silence(self) -> None:
        """Forget half a code: its other half did not follow."""
        self._parts = []

    def _codes(self, heard: Packet) -> Iterator[Heard]:
        if heard.op not in _CODES or not heard.data:
            return
        if heard.status & AGAIN and heard.data == self._last:
            self.repeats += 1
            return
        if self._parts and heard.data[0] != self._kind:
            self._parts = []
        self._last, self._kind = heard.data, heard.data[0]
        self._parts.append(heard.data[1:])
        if not heard.status & MORE:
            yield Code(b"".join(self._parts), AIMS.get(heard.data[0], UNKNOWN_AIM))
            self._parts = []


@dataclass(frozen=True, slots=True)
class _Head:
    """Where in a packet its source stands, and how long it is without its checksum."""

    source: int
    length: int


def _head(data: bytes, at: int) -> _Head | Found | None:
    if data[at] < 4:
        return NOISE
    if len(data) < at + 2:
        return None
    if data[at + 1] not in _FROM_READER:
        return NOISE
    head = _Head(2, data[at])
    if data[at] == 0xFF and data[at + 1] == Op.LONG_CODE:
        if len(data) < at + 5:
            return None
        head = _Head(5, int.from_bytes(data[at + 2 : at + 4], "big"))
        if data[at + 4] != Op.LONG_CODE or not 8 <= head.length <= _LONGEST:
            return NOISE
    if len(data) <= at + head.source:
        return None
    return head if data[at + head.source] == READER else NOISE


def stream() -> tuple[Stream, Grammar]:
    """Return what reads this protocol's bytes, and what counts repeats in it."""
    grammar = Grammar()
    return Stream(grammar, grammar.silence), grammar
