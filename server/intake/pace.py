"""How fast uploads come, as whoever gives way to them must know it."""

from enum import IntEnum
from time import monotonic

MOMENT = 0.05  # seconds for which an upload that waited, or came, counts as waiting, or coming
WHILE = 3.0  # seconds after which nobody is expected any more


class Pace(IntEnum):
    """Nothing came for a while; something did; something comes now; more than can be written."""

    IDLE = 0
    STEADY = 1
    BUSY = 2
    RUSH = 3


class Pacer:
    """Told of every commit, it says how fast uploads come."""

    def __init__(self) -> None:
        self._came = self._waited = -WHILE

    def note(self, *, waiting: bool) -> None:
        """Uploads were just written, while others were *waiting* or not."""
        self._came = monotonic()
        if waiting:
            self._waited = self._came

    def pace(self, *, waiting: bool) -> Pace:
        """Return the pace of this moment, in which uploads are *waiting* or not."""
        now = monotonic()
        if waiting or now < self._waited + MOMENT:
            return Pace.RUSH
        if now < self._came + MOMENT:
            return Pace.BUSY
        return Pace.STEADY if now < self._came + WHILE else Pace.IDLE
