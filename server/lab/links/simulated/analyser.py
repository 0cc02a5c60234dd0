"""An analyser at the other end of a line, with the faults that real ones have.

It waits for answers as the standard says, over whatever stream it is given.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from time import monotonic

from server.lab.instruments import astm_frames
from server.lab.links.astm_sender import Outcome, Sender, Timers
from server.lab.links.mllp import FS, VT, framed
from server.lab.links.streams import Gone, Stream

LOOK_SECONDS = 0.05


class Fault(StrEnum):
    """What goes wrong, once, on purpose."""

    BAD_CHECKSUM = "bad-checksum"  # the first time the second frame is sent
    CUT = "cut"  # the line goes dead in the middle of a frame
    NO_END = "no-end"  # the session ends without EOT
    LOST_ACK = "lost-ack"  # our first ACK of a frame is not heard: the frame comes again
    NOISE = "noise"  # bytes of nothing before the message
    ONE_FRAME = "one-frame"  # the whole message in one frame, without its last CR LF
    SLOW = "slow"  # byte by byte
    NO_FS = "no-fs"  # MLLP: the message does not end


class AstmAnalyser:
    """Sends messages by E1381."""

    def __init__(
        self,
        stream: Stream,
        *,
        faults: frozenset[Fault] = frozenset(),
        timers: Timers | None = None,
    ) -> None:
        self._stream = stream
        self._faults = set(faults)
        self._timers = timers or Timers()

    def send(self, message: bytes) -> Outcome:
        """Send *message*; return how that ended."""
        sender = Sender(self._frames(message), timers=self._timers)
        if self._once(Fault.NOISE):
            self._stream.write(b"\x00\xff\x06 \r\n")
        self._write(sender.begin(monotonic()))
        while sender.outcome is Outcome.GOING:
            if not self._exchange(sender):
                return Outcome.FAILED
        return sender.outcome

    def _exchange(self, sender: Sender) -> bool:
        """Hear what came and say what follows; return False once the line is dead."""
        with suppress(Gone):
            for byte in _bytes(self._stream.read(LOOK_SECONDS)):
                if byte == astm_frames.ACK and self._lost(sender):
                    continue
                if not self._write(sender.receive(byte, monotonic())):
                    return False
            return self._write(sender.tick(monotonic()))
        return False

    def _lost(self, sender: Sender) -> bool:
        """Act as if the ACK of a frame had not come: send the frame again."""
        if not sender.in_frames or not self._once(Fault.LOST_ACK):
            return False
        self._write(sender.receive(astm_frames.NAK, monotonic()))
        return True

    def _frames(self, message: bytes) -> Sequence[bytes]:
        if Fault.ONE_FRAME in self._faults:
            return [astm_frames.frame(1, message, last=True)[:-2]]
        return astm_frames.frames_of(message)

    def _write(self, data: bytes) -> bool:
        if data[:1] == astm_frames.STX and data[1:2] == b"2" and self._once(Fault.BAD_CHECKSUM):
            data = data[:5] + bytes([data[5] ^ 1]) + data[6:]
        if data == astm_frames.EOT and self._once(Fault.NO_END):
            return True
        if data[:1] == astm_frames.STX and data[1:2] == b"2" and self._once(Fault.CUT):
            self._stream.write(data[: len(data) // 2])
            self._stream.close()
            return False
        for piece in _bytes(data) if Fault.SLOW in self._faults else [data] if data else []:
            self._stream.write(piece)
        return True

    def _once(self, fault: Fault) -> bool:
        there = fault in self._faults
        self._faults.discard(fault)
        return there


class Hl7Analyser:
    """Sends messages by MLLP and waits for their acknowledgements."""

    def __init__(self, stream: Stream, *, faults: frozenset[Fault] = frozenset()) -> None:
        self._stream = stream
        self._faults = set(faults)
        self._heard = b""

    def send(self, *messages: bytes, seconds: float = 10.0) -> list[bytes]:
        """Send *messages*; return the acknowledgements, as many as came in time."""
        whole = b"".join(map(framed, messages))
        if Fault.NO_FS in self._faults:
            self._stream.write(whole.rpartition(FS)[0])
            self._stream.close()
            return []
        if Fault.NOISE in self._faults:
            whole = b"\r\n\x00" + whole
        if Fault.SLOW in self._faults:
            for piece in _bytes(whole):
                self._stream.write(piece)
        else:
            self._stream.write(whole)
        return self._answers(len(messages), monotonic() + seconds)

    def _answers(self, count: int, until: float) -> list[bytes]:
        while self._heard.count(FS) < count and monotonic() < until:
            try:
                self._heard += self._stream.read(LOOK_SECONDS)
            except Gone:
                break
        *answers, self._heard = self._heard.split(FS)
        return [each.lstrip(b"\r").removeprefix(VT) for each in answers]


def _bytes(data: bytes) -> Iterator[bytes]:
    reader = io.BytesIO(data)
    return iter(lambda: reader.read(1), b"")
