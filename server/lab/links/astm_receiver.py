"""The receiving half of ASTM E1381 / LIS01-A2.  Pure: bytes and times in, actions out.

The frame that ends a message is acknowledged only after the message was kept: a machine that saw
its last ACK forgets the results.  A frame that came twice (our ACK was lost) is taken once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.lab.instruments.astm_frames import (
    ACK,
    ENQ,
    EOT,
    ETB,
    ETX,
    NAK,
    STX,
    Frame,
    open_frame,
)

FRAME_SECONDS = 30.0  # the receiver waits so long for the next frame or EOT
LONGEST_FRAME = 256_000  # four times what LIS01-A2 allows; machines do not keep to it
LARGEST_MESSAGE = 16 << 20
_LAST_RECORD = re.compile(rb"(?:^|[\r\n])L[^\w\s][^\r\n]*[\r\n]*$")


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep this message on the disk, then call `kept`; nothing else may be read before that.

    *whole* says whether it ended with its L record.
    """

    message: bytes
    whole: bool


class Phase(StrEnum):
    NEUTRAL = "neutral"
    RECEIVING = "receiving"
    KEEPING = "keeping"


Action = Send | Keep


class Receiver:
    """One line to one machine."""

    def __init__(self) -> None:
        self.phase = Phase.NEUTRAL
        self._held = bytearray()
        self._text = b""
        self._expected = 1
        self._taken = -1  # the number of the frame that was taken last
        self._deadline = 0.0
        self._answer = b""  # what `kept` sends
        self._text_before = b""
        self._numbers_before = (1, -1)

    def receive(self, data: bytes, now: float) -> Iterator[Action]:
        """Take what came; the caller acts on each action before asking for the next."""
        self._held += data
        while self._held and self.phase is not Phase.KEEPING:
            action, used = self._step(now)
            if not used:
                return
            del self._held[:used]
            if action is not None:
                yield action

    def kept(self, *, ok: bool, now: float) -> Iterator[Action]:
        """The message was kept, or could not be: then the machine is asked to send it again."""
        self.phase = Phase.RECEIVING if self._answer else Phase.NEUTRAL
        if self._answer:
            self._deadline = now + FRAME_SECONDS
            if ok:
                self._text = b""
            else:
                self._text = self._text_before
                self._expected, self._taken = self._numbers_before
            yield Send(ACK if ok else NAK)
        self._answer = b""
        yield from self.receive(b"", now)

    def tick(self, now: float) -> Iterator[Action]:
        """Time went by: a machine that fell silent in mid-message is given up."""
        if self.phase is Phase.RECEIVING and now > self._deadline:
            yield from self.closed()

    def closed(self) -> Iterator[Action]:
        """The line is gone, or the machine began anew: what came of a message is kept as cut."""
        left, self._text = self._text, b""
        self.phase = Phase.NEUTRAL
        self._held.clear()
        self._answer = b""
        if left:
            self.phase = Phase.KEEPING
            yield Keep(left, whole=False)

    def _step(self, now: float) -> tuple[Action | None, int]:
        """Return the next action and how many bytes it used; 0 while more is needed."""
        first = bytes(self._held[:1])
        if first == ENQ:
            return self._begin(now), 1
        if self.phase is Phase.NEUTRAL:
            return None, 1  # line noise
        if first == EOT:
            return self._end(), 1
        return self._frame(now) if first == STX else (None, 1)

    def _begin(self, now: float) -> Action:
        """The machine wants to send.  One that breaks off a message sends it again, whole."""
        self.phase, self._deadline = Phase.RECEIVING, now + FRAME_SECONDS
        self._text, self._expected, self._taken = b"", 1, -1
        return Send(ACK)

    def _end(self) -> Action | None:
        left, self._text = self._text, b""
        self.phase = Phase.NEUTRAL
        if not left:
            return None
        self.phase = Phase.KEEPING
        return Keep(left, whole=False)

    def _frame(self, now: float) -> tuple[Action | None, int]:
        size = self._frame_size()
        if not size:
            return None, 0
        if size < 0:
            return Send(NAK), len(self._held)
        self._deadline = now + FRAME_SECONDS
        frame = open_frame(bytes(self._held[:size]))
        if frame is None or not frame.sound:
            return Send(NAK), size
        return self._take(frame), size

    def _frame_size(self) -> int:
        """Return the length of the frame at hand, 0 while it is not whole, -1 if it never ends."""
        ends = [at for at in (self._held.find(ETX), self._held.find(ETB)) if at > 0]
        if not ends:
            return -1 if len(self._held) > LONGEST_FRAME else 0
        size = min(ends) + 3
        return size if len(self._held) >= size else 0

    def _take(self, frame: Frame) -> Action:
        first = self._taken < 0
        if not first and frame.number == self._taken and frame.number != self._expected:
            return Send(ACK)  # our ACK was lost
        if frame.number not in {self._expected, -1} and not (first and frame.number == 0):
            return Send(NAK)
        if len(self._text) + len(frame.text) > LARGEST_MESSAGE:
            return Send(NAK)
        self._text_before = self._text
        self._numbers_before = self._expected, self._taken
        self._text += frame.text
        self._taken = self._expected if frame.number < 0 else frame.number
        self._expected = (self._taken + 1) % 8  # some machines count from 0
        if frame.last and _LAST_RECORD.search(self._text):
            self.phase, self._answer = Phase.KEEPING, ACK
            return Keep(self._text, whole=True)
        return Send(ACK)
