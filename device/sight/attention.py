"""Is anything held up, and where?  A sparse grid of pixels against a slowly learnt empty table.

It costs microseconds, so that a frame with nothing new in it costs one decoder pass and no more.
What stays put for long (a bag on the table) becomes part of the table.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PITCH = 16  # px between samples
CONTRAST = 24.0  # grey levels that are no noise
FEWEST = 0.006  # part of the samples that must have changed
LEARNING = 12.0  # seconds in which the table forgets
FASTEST = 0.1  # part that one frame may change the table, after a pause of any length
SETTLING = 3.0  # seconds after the start in which everything may be new
MARGIN = 2 * PITCH


@dataclass(frozen=True, slots=True)
class Area:
    """Part of a frame, in px: columns left..right, rows top..bottom."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return grey[self.top : self.bottom, self.left : self.right]

    def fits(self, grey: NDArray[np.uint8]) -> bool:
        """Return whether it lies within *grey*."""
        return bool(self.bottom <= grey.shape[0] and self.right <= grey.shape[1])


def whole(grey: NDArray[np.uint8]) -> Area:
    return Area(0, 0, grey.shape[1], grey.shape[0])


class Attention:
    """Watches one camera."""

    def __init__(self) -> None:
        self._table: NDArray[np.float32] | None = None
        self._began = self._before = 0.0

    def look(self, grey: NDArray[np.uint8], now: float) -> Area | None:
        """Return the part of *grey* that is not the empty table, or None if all of it is."""
        samples = grey[PITCH // 2 :: PITCH, PITCH // 2 :: PITCH].astype(np.float32)
        if self._table is None or self._table.shape != samples.shape:
            self._table, self._began, self._before = samples, now, now
        difference = samples - self._table
        share = min(max(now - self._before, 0.0) / LEARNING, FASTEST)
        self._table = self._table + difference * np.float32(share)
        self._before = now
        if now - self._began < SETTLING:
            return whole(grey)
        return _changed(np.abs(difference) > CONTRAST, grey)


def _changed(new: NDArray[np.bool_], grey: NDArray[np.uint8]) -> Area | None:
    if np.count_nonzero(new) < FEWEST * new.size:
        return None
    # A single sample in a row or a column is a speck; two are an edge of something.
    rows = np.flatnonzero(np.count_nonzero(new, axis=1) >= 2)
    columns = np.flatnonzero(np.count_nonzero(new, axis=0) >= 2)
    if not rows.size or not columns.size:
        return None
    return Area(
        max(int(columns[0]) * PITCH - MARGIN, 0),
        max(int(rows[0]) * PITCH - MARGIN, 0),
        min((int(columns[-1]) + 1) * PITCH + MARGIN, grey.shape[1]),
        min((int(rows[-1]) + 1) * PITCH + MARGIN, grey.shape[0]),
    )
