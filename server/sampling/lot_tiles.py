"""How a lot is cut into runs of tubes that stand together.  Pure.

A lot is a tiling of 1..size.  Changing some runs cuts tiles where it must, and joins neighbours
that became alike, so that a lot that is whole again is one tile again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Tubes *first* to *last* of a lot, counted from 1."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def common(self, other: "Run") -> "Run | None":
        """Return what both runs hold."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Run(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has tubes: a station, a team or site without one, or, for neither, the store."""

    station: str | None = None
    team: str = ""

    @property
    def is_store(self) -> bool:
        return self == STORE

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.station, self.team))) or "store"


STORE = Holder()


@dataclass(frozen=True, slots=True)
class Tile:
    """A run of tubes with one holder, all void for one reason or none of them void."""

    run: Run
    holder: Holder = STORE
    void: UUID | None = None


def retile(
    tiles: Iterable[Tile], runs: Iterable[Run], change: Callable[[Tile], Tile]
) -> list[Tile]:
    """Return the tiling in which *change* was done to all tubes of *runs*, and to no others."""
    pieces = sorted(_cut(tiles, sorted(runs)), key=lambda piece: piece[0].run)
    return list(_joined(change(tile) if within else tile for tile, within in pieces))


def without(run: Run, positions: Sequence[int]) -> list[Run]:
    """Return what is left of *run* when the sorted *positions* are taken out of it."""
    left, first = [], run.first
    for position in (at for at in positions if run.first <= at <= run.last):
        if first < position:
            left.append(Run(first, position - 1))
        first = position + 1
    return [*left, Run(first, run.last)] if first <= run.last else left


def _cut(tiles: Iterable[Tile], runs: Sequence[Run]) -> Iterator[tuple[Tile, bool]]:
    for tile in tiles:
        first = tile.run.first
        for common in filter(None, (tile.run.common(run) for run in runs)):
            if first < common.first:
                yield replace(tile, run=Run(first, common.first - 1)), False
            yield replace(tile, run=common), True
            first = common.last + 1
        if first <= tile.run.last:
            yield replace(tile, run=Run(first, tile.run.last)), False


def _joined(tiles: Iterable[Tile]) -> Iterator[Tile]:
    before: Tile | None = None
    for tile in tiles:
        if before is None:
            before = tile
        elif (before.holder, before.void) == (tile.holder, tile.void):
            before = replace(before, run=Run(before.run.first, tile.run.last))
        else:
            yield before
            before = tile
    if before is not None:
        yield before
