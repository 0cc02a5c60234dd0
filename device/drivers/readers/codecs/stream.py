"""Bytes in, frames out.  One rule for every protocol.

A grammar looks at one place of what was received and says what stands there.  Bytes that fit
nothing are counted and passed over one at a time, and the search goes on behind them: so garbage
never hides a good frame that follows.  Where the bytes were split makes no difference.
"""

from collections.abc import Callable
from dataclasses import dataclass

from device.drivers.readers.codecs.heard import Damaged, Heard


@dataclass(frozen=True, slots=True)
class Found:
    """The next `length` bytes are dealt with; `noise` of them meant nothing."""

    length: int
    heard: tuple[Heard, ...] = ()
    noise: int = 0


NOISE = Found(1, noise=1)
FILLER = Found(1)  # an end of line that ends nothing

Grammar = Callable[[bytes, int], Found | None]
"""Look at `data` from `at` on (never past its end); None: wait for more bytes."""


class Stream:
    """What was received and not understood yet."""

    def __init__(self, look: Grammar, silence: Callable[[], None] | None = None) -> None:
        self._look = look
        self._silence = silence
        self._rest = b""
        self.noise = 0
        self.damaged = 0

    @property
    def waiting(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[Heard]:
        """Take *data* and return what it completes."""
        return self._search(self._rest + data, ended=False)

    def gap(self) -> list[Heard]:
        """Say that the line fell silent: what has begun will not end any more."""
        heard = self._search(self._rest, ended=True)
        if self._silence:
            self._silence()
        return heard

    def _search(self, data: bytes, *, ended: bool) -> list[Heard]:
        at, heard = 0, list[Heard]()
        while at < len(data):
            found = self._look(data, at)
            if found is None and not ended:
                break
            found = found or NOISE
            at += found.length
            heard += found.heard
            self.noise += found.noise
        self.damaged += sum(isinstance(one, Damaged) for one in heard)
        self._rest = data[at:]
        return heard
