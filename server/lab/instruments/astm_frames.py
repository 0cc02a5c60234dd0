"""Frames of ASTM E1381 / LIS01-A2: `STX FN text ETX|ETB C1 C2 CR LF`, made and opened.  Pure.

Machines put a whole message of thousands of letters into one frame, and some leave out the last
CR LF: both are read.  We send at most 240 letters in a frame.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"
STX, ETX, ETB, CR, LF = b"\x02", b"\x03", b"\x17", b"\r", b"\n"
LONGEST_SENT = 240
LONGEST_READ = 64_000 * 4
DAMAGED = b"\r\x18\r"  # stands before a message of which a frame is missing
_LAST = re.compile(rb"[\x03\x17]")
_HEAD = re.compile(rb"H[^\w\s][^\w\s]")
_ENDED = re.compile(rb"[\r\n]L[^\w\s][^\r\n]*[\r\n]*$")
RESTRICTED = frozenset(b"\x01\x02\x03\x04\x05\x06\x10\x15\x16\x17\x0a\x11\x12\x13\x14")


@dataclass(frozen=True, slots=True)
class Frame:
    number: int  # 0 to 7, -1 where there is none
    text: bytes
    last: bool  # ETX: the message ends here; ETB: more follows
    sound: bool  # the checksum holds
    anew: bool = False  # of a capture: the machine ended or began a session before it


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
    before, at = 0, captured.find(STX)
    while at >= 0:
        last = _LAST.search(captured, at + 1)
        found = open_frame(captured[at : last.end() + 2]) if last else None
        if found is None or last is None:
            yield None
            return
        between = captured[before:at]
        yield replace(found, anew=ENQ in between or EOT in between)
        before = last.end() + 2  # behind the checksum
        at = captured.find(STX, last.end())


class Capture:
    """The messages of a capture, put together from its sound frames.

    What stands behind a missing frame may be of another specimen than what stands before it, so
    the message is marked as a whole.  A frame that was sent again is taken once.
    """

    def __init__(self) -> None:
        self._messages: list[bytearray] = []
        self._number, self._text = -1, b""
        self._doubt = False  # a frame was not sound, and has not come again
        self._anew = False  # a session began, and no frame of it was taken

    @property
    def text(self) -> bytes:
        self._close()
        return b"".join(self._messages)

    def take(self, frame: Frame) -> None:
        if frame.anew:
            self._close()
            self._anew = True
        if not frame.sound:
            self._doubt = True
            return
        again = (frame.number, frame.text) == (self._number, self._text)
        if again and frame.number >= 0 and not self._anew:
            return
        if _HEAD.match(frame.text):
            self._close()
            self._messages.append(bytearray(b"\r"))
        elif self._anew or not self._follows(frame):
            self._messages += [bytearray()] if self._anew else []
            self._mark()
        self._doubt = self._anew = False
        self._number, self._text = frame.number, frame.text
        self._messages[-1] += frame.text

    def _follows(self, frame: Frame) -> bool:
        if frame.number < 0 or self._number < 0:
            return bool(self._messages) and not self._doubt
        return bool(self._messages) and frame.number == (self._number + 1) % 8

    def _close(self) -> None:
        """The message ends here; without its last record, the doubtful frame was of it."""
        if self._doubt and self._messages and not _ENDED.search(self._messages[-1]):
            self._mark()
        self._doubt = False

    def _mark(self) -> None:
        if not self._messages:
            self._messages.append(bytearray())
        if not self._messages[-1].startswith(DAMAGED):
            self._messages[-1][:0] = DAMAGED
