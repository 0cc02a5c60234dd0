"""A station's day at a place as one whole number, so that a page adds one number for each.  Pure.

Every counter has a lane of its own in it: four bytes, and sixteen for milliseconds, which nothing
that a nation counts fills.  So the sum of such numbers holds the sums of their counters, and
PostgreSQL or SQLite need not add a hundred and fifty columns of thousands of rows for one page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from struct import Struct
from typing import Any

from server.figures.models import BUCKETS, COUNTS, POOL, SINGLE, SPANS

Row = dict[str, Any]
Counts = dict[str, int]
Buckets = tuple[int, ...]
KINDS = (POOL, SINGLE)
_TOOK = COUNTS.index("took_ms")
_SHORT = COUNTS[:_TOOK] + COUNTS[_TOOK + 1 :]
# Pools stand first, of which there often are none: nothings in front are not stored.
_KIND, _LASTED = f"2Q{len(_SHORT)}I", f"{len(SPANS) * len(BUCKETS)}I"
_LANES = Struct(f">{_KIND}{_LASTED}{_KIND}")
_WIDE, _BETWEEN = 2 + len(_SHORT), len(SPANS) * len(BUCKETS)


@dataclass(frozen=True, slots=True)
class Whole:
    """What some stations' days came to together."""

    lanes: tuple[int, ...]

    def of_kind(self, kind: str) -> Counts:
        return _counts(self._kind(KINDS.index(kind)))

    def of_all(self) -> Counts:
        """Return the counts of both kinds together."""
        return _counts([one + other for one, other in zip(self._kind(0), self._kind(1))])  # noqa: B905

    def span(self, name: str) -> Buckets:
        """Return how long tubes took for one span."""
        first = _WIDE + SPANS.index(name) * len(BUCKETS)
        return self.lanes[first : first + len(BUCKETS)]

    def _kind(self, at: int) -> tuple[int, ...]:
        first = at * (_WIDE + _BETWEEN)
        return self.lanes[first : first + _WIDE]


def _counts(lanes: Sequence[int]) -> Counts:
    """Return counts by their names, in their order: a lane and its upper half are of one."""
    upper, lower, *short = lanes
    short.insert(_TOOK, (upper << 64) + lower)
    return dict(zip(COUNTS, short, strict=True))


def packed(cells: Iterable[Row], spans: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows of `figure_whole` that the sums of cells and of spans come to, by their key.

    Raises struct.error for a number that has no room in its lane.
    """
    found: dict[tuple[date, str, str], tuple[dict[str, Row], dict[str, Row]]] = {}
    for row in cells:
        found.setdefault(_key(row), ({}, {}))[0][row["kind"]] = row
    for row in spans:
        found.setdefault(_key(row), ({}, {}))[1][row["span"]] = row
    for (day, station, place), (kinds, lasted) in sorted(found.items()):
        yield {"day": day, "station": station, "place": place, "numbers": _pack(kinds, lasted)}


def _key(row: Row) -> tuple[date, str, str]:
    return row["day"], row["station"], row["place"]


def _pack(kinds: dict[str, Row], lasted: dict[str, Row]) -> bytes:
    none: Row = {}
    pool, single = (_lanes(kinds.get(kind, none)) for kind in KINDS)
    spans = [lasted.get(span, none).get(name, 0) for span in SPANS for name in BUCKETS]
    return _LANES.pack(*pool, *spans, *single).lstrip(b"\0")


def _lanes(counts: Row) -> list[int]:
    return [*divmod(counts.get("took_ms", 0), 1 << 64), *(counts.get(name, 0) for name in _SHORT)]


def number_of(numbers: bytes) -> int:
    """Return the number of a row, to be added to others."""
    return int.from_bytes(numbers, "big")


def opened(number: int) -> Whole:
    """Return what a sum of such numbers says."""
    return Whole(_LANES.unpack(number.to_bytes(_LANES.size, "big")))
