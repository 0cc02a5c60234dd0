"""Codes as lines of text, ended by CR or LF, with the protocol's replies between them.

A reply begins with two bytes that no line contains, so it ends a line that lost its end.  An
AIM identifier at the start of a line is taken off: ']' and two more characters.
"""

import re

from device.drivers.readers.codecs.heard import Code
from device.drivers.readers.codecs.stream import FILLER, NOISE, Found, Grammar

LONGEST = 4096  # the longest code that persons carry is a health certificate of some 2,000
_AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_FRAMES = (0x02, 0x03)  # STX and ETX, which some readers put around a line


class Lines:
    """A grammar of lines and of whatever begins with one of `marks`."""

    def __init__(self, marks: tuple[bytes, ...], replies: Grammar) -> None:
        self._marks = marks
        self._replies = replies
        self._end = re.compile(b"[\r\n]|" + b"|".join(re.escape(mark) for mark in marks))
        self._too_long = False

    def __call__(self, data: bytes, at: int) -> Found | None:
        if data.startswith(self._marks, at):
            self._too_long = False
            return self._replies(data, at)
        if at + 1 == len(data) and any(mark[0] == data[at] for mark in self._marks):
            return None
        if data[at] in (0x0D, 0x0A):
            self._too_long = False
            return FILLER
        if (data[at] < 0x20 or data[at] == 0x7F) and not self._too_long:
            return FILLER if data[at] in _FRAMES else NOISE
        return self._line(data, at)

    def _line(self, data: bytes, at: int) -> Found | None:
        end = self._end.search(data, at)
        length = (end.start() if end else len(data)) - at
        if self._too_long or length > LONGEST:
            self._too_long = end is None
            return Found(length, noise=length)
        if end is None:
            return None
        if end.group() not in (b"\r", b"\n"):
            return Found(length, noise=length)
        return Found(length + 1, (code(data[at : at + length]),))


def code(line: bytes) -> Code:
    """Return the code in *line*, its AIM identifier apart."""
    if _AIM.match(line):
        return Code(line[3:], line[:3].decode("ascii"))
    return Code(line)
