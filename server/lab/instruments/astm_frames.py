"""Frames of ASTM E1381 / LIS01-A2: `STX FN text ETX|ETB C1 C2 CR LF`, made and opened.  Pure.

Machines put a whole message of thousands of letters into one frame, and some leave out the last
CR LF: both are read.  We send at most 240 letters in a frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"
STX, ETX, ETB, CR, LF = b"\x02", b"\x03", b"\x17", b"\r", b"\n"
LONGEST_SENT = 240
LONGEST_READ = 64_000 * 4
RESTRICTED = frozenset(b"\x01\x02\x03\x04\x05\x06\x10\x15\x16\x17\x0a\x11\x12\x13\x14")


@dataclass(frozen=True, slots=True)
class Frame:
    number: int  # 0 to 7, -1 where there is none
    text: bytes
    last: bool  # ETX: the message ends here; ETB: more follows
    sound: bool  # the checksum holds


def checksum(body: bytes) -> bytes:
    """Return two hexadecimal digits: the sum of *body* (from after STX to ETX or ETB), mod 256."""
    return b"%02X" % (sum(body) % 256)


def frame(number: int, text: bytes, *, last: bool) -> bytes:
    body = b"%d" % (number % 8) + text + (ETX if last else ETB)
    return STX + body + checksum(body) + CR + LF


def frames_of(message: bytes) -> list[bytes]:
    """Return *message* as frames ready to send; numbers begin at 1 and go round from 7 to 0."""
    parts = [message[at : at + LONGEST_SENT] for at in range(0, len(message), LONGEST_SENT)] or [
        b""
    ]
    return [frame(at + 1, part, last=at + 1 == len(parts)) for at, part in enumerate(parts)]


def open_frame(raw: bytes) -> Frame | None:
    """Return the frame in *raw* (from STX on), None while it is not whole."""
    end = _end(raw)
    if end < 0 or len(raw) < end + 3:
        return None
    body, said = raw[1 : end + 1], raw[end + 1 : end + 3]
    numbered = body[:1].isdigit()
    text = body[1:-1] if numbered else body[:-1]
    return Frame(
        int(body[:1]) if numbered else -1,
        text,
        last=body[-1:] == ETX,
        sound=checksum(body) == said.upper(),
    )


def _end(raw: bytes) -> int:
    ends = [place for place in (raw.find(ETX), raw.find(ETB)) if place > 0]
    return min(ends) if ends else -1


def frames_in(captured: bytes) -> Iterator[Frame | None]:
    """Yield the frames of a capture; None stands for one that is cut off at the end."""
    at = captured.find(STX)
    while at >= 0:
        found = open_frame(captured[at:])
        yield found
        if found is None:
            return
        at = captured.find(STX, at + _end(captured[at:]) + 1)
