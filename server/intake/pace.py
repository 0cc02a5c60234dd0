"""How fast uploads come, and how much is applied in between: whoever sends has the right of way."""

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


# Seconds that one transaction of the applier may take: whoever writes meanwhile waits so long.
SPANS = {Pace.IDLE: 0.1, Pace.STEADY: 0.05, Pace.BUSY: 0.03, Pace.RUSH: 0.02}
# Events in one transaction, at least: of fewer, each costs more than it spares whoever waits.
FEWEST = {Pace.IDLE: 50, Pace.STEADY: 20, Pace.BUSY: 10, Pace.RUSH: 10}
MOST = 400
CAREFUL = 0.002  # seconds for one event, before any was applied


class Stride:
    """How many events fit into one transaction, as the last ones taught."""

    def __init__(self) -> None:
        self._each = CAREFUL

    def length(self, pace: Pace) -> int:
        """Return how many events to apply at once."""
        return max(FEWEST[pace], min(MOST, int(SPANS[pace] / self._each)))

    def learn(self, count: int, took: float) -> None:
        """*count* events took so many seconds; of a few nothing is learnt."""
        if count >= min(FEWEST.values()):
            self._each = (self._each + took / count) / 2
