"""The sending half of ASTM E1381 / LIS01-A2.  Pure: bytes and times in, what to write out.

Both sides may want the line at once (contention): the machine asks again after a second, the host
yields and waits twenty.  A frame that is not accepted six times ends the session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.lab.instruments.astm_frames import ACK, ENQ, EOT, NAK


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds, as the standard has them; tests shorten them."""

    reply: float = 15.0
    busy: float = 10.0  # after a NAK to ENQ
    machine_again: float = 1.0  # contention: the machine asks again
    host_yields: float = 20.0


class Outcome(StrEnum):
    GOING = "going"
    SENT = "sent"
    FAILED = "failed"
    YIELDED = "yielded"  # the host lets the machine go first


class Sender:
    """Sends one message as *frames*; `due` says when to call `tick`."""

    def __init__(
        self, frames: Sequence[bytes], *, host: bool = False, timers: Timers | None = None
    ) -> None:
        self._frames = frames
        self._host = host
        self._timers = timers or Timers()
        self._at = -1  # -1: ENQ stands
        self._tries = 0
        self._waiting_to_ask = False
        self.due = 0.0
        self.outcome = Outcome.GOING

    @property
    def in_frames(self) -> bool:
        """Return whether the line is ours and a frame waits for its answer."""
        return 0 <= self._at < len(self._frames)

    def begin(self, now: float) -> bytes:
        self._at, self._waiting_to_ask = -1, False
        self.due = now + self._timers.reply
        return ENQ

    def receive(self, byte: bytes, now: float) -> bytes:
        """Take one byte of answer; return what to write."""
        if self.outcome is not Outcome.GOING or self._waiting_to_ask:
            return b""
        if byte == ACK:
            return self._next(now)
        if byte == EOT and self._at >= 0:
            return self._next(now)  # an ACK that asks us to stop soon
        if byte == NAK:
            return self._refused(now)
        if byte == ENQ and self._at < 0:
            return self._contention(now)
        return b""

    def tick(self, now: float) -> bytes:
        """Time went by."""
        if self.outcome is not Outcome.GOING or now < self.due:
            return b""
        if self._waiting_to_ask:
            return self.begin(now)
        return self._fail()

    def _next(self, now: float) -> bytes:
        self._at, self._tries = self._at + 1, 0
        if self._at == len(self._frames):
            self.outcome = Outcome.SENT
            return EOT
        self.due = now + self._timers.reply
        return self._frames[self._at]

    def _refused(self, now: float) -> bytes:
        self._tries += 1
        if self._tries >= 6:
            return self._fail()
        if self._at < 0:
            self._waiting_to_ask, self.due = True, now + self._timers.busy
            return b""
        self.due = now + self._timers.reply
        return self._frames[self._at]

    def _contention(self, now: float) -> bytes:
        if self._host:
            self.outcome = Outcome.YIELDED
            self.due = now + self._timers.host_yields
            return b""
        self._waiting_to_ask, self.due = True, now + self._timers.machine_again
        return b""

    def _fail(self) -> bytes:
        self.outcome = Outcome.FAILED
        return EOT
