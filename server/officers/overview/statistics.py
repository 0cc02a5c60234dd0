"""What counts say, and how surely: intervals, percentiles of histograms, control limits.  Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from server.figures.models import EDGES

Z = 1.959964  # of 95 %
SIGMAS = 3.0
Error = Callable[[float, int], float]  # the standard error of a rate among so many


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with Wilson's 95 % interval; all between 0 and 1."""

    part: int
    whole: int
    value: float
    low: float
    high: float


def share(part: int, whole: int) -> Share | None:
    """Return *part* of *whole*, None of nothing.

    Wilson's interval holds for few and for none, where the usual one says nothing (Wilson 1927).
    """
    if whole <= 0:
        return None
    p = part / whole
    middle = (p + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z / (1 + Z * Z / whole) * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole))
    return Share(part, whole, p, max(0.0, middle - half), min(1.0, middle + half))


def percentile(buckets: Sequence[int], percent: float) -> float | None:
    """Return minutes that *percent* of a span's tubes do not exceed; None of no tube.

    Within a bucket the tubes are taken to lie evenly; the last one has no end, and says its begin.
    """
    whole = sum(buckets)
    if not whole:
        return None
    wanted, seen = whole * percent / 100, 0
    for number, count in enumerate(buckets):
        if count and seen + count >= wanted:
            low = float(EDGES[number - 1]) if number else 0.0
            high = float(EDGES[number]) if number < len(EDGES) else low
            return low + (high - low) * max(0.0, wanted - seen) / count
        seen += count
    return float(EDGES[-1])


def within_minutes(buckets: Sequence[int], minutes: int) -> int:
    """Return how many tubes took less than *minutes*, which must be an edge."""
    return sum(buckets[: EDGES.index(minutes) + 1])


@dataclass(frozen=True, slots=True)
class Control:
    """One group's rate among all of them: what it is, what it may be, and whether it stands out."""

    count: int
    size: int
    rate: float
    low: float
    high: float

    @property
    def stands_out(self) -> str:
        """Return 'high', 'low' or ''."""
        return "high" if self.rate > self.high else "low" if self.rate < self.low else ""


def p_chart(counts: Sequence[tuple[int, int]]) -> list[Control | None]:
    """Hold each (count, size) against the share of all: for what happens once a person or not."""
    return _charted(counts, lambda rate, size: sqrt(rate * max(0.0, 1 - rate) / size))


def u_chart(counts: Sequence[tuple[int, int]]) -> list[Control | None]:
    """Hold each (count, size) against the rate of all: for what may happen more than once."""
    return _charted(counts, lambda rate, size: sqrt(rate / size))


def _charted(counts: Sequence[tuple[int, int]], error: Error) -> list[Control | None]:
    size = sum(each for _, each in counts)
    rate = sum(count for count, _ in counts) / size if size else 0.0
    return [_control(count, own, rate, error) if own else None for count, own in counts]


def _control(count: int, size: int, rate: float, error: Error) -> Control:
    width = SIGMAS * error(rate, size)
    return Control(count, size, count / size, max(0.0, rate - width), rate + width)
