"""Hold the roll-up against a recount of the facts, cell by cell, and mend it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from server.db import Database, look_at_one_moment
from server.figures import marks
from server.figures.days import DayOf
from server.figures.folding import counted, fold_all, kept
from server.figures.models import TABLES, Mark, cells
from server.figures.samples import Cell
from server.sampling.models import Pairing

Told = Callable[[int], None]


def every_cell(session: Session) -> list[Cell]:
    """Return every cell with a pairing, and every one that the roll-up has."""
    there = select(Pairing.station, DayOf(Pairing.paired_at))
    kept_ones = select(cells.c.station, cells.c.day)
    return sorted(Cell(*row) for row in session.execute(union(there, kept_ones)))


def differences(database: Database, told: Told | None = None) -> list[Cell]:
    """Return the cells whose rows are not what their facts come to.

    What is marked is not wrong but waits to be counted, and is left out.
    """
    return list(_differing(database, told))


def _differing(database: Database, told: Told | None) -> Iterator[Cell]:
    with database.read() as session:
        every = every_cell(session)
    for done, cell in enumerate(every, 1):
        with database.read() as session:
            look_at_one_moment(session)  # a mark comes with what it is about
            if not _is_marked(session, cell) and not agrees(session, cell):
                yield cell
        if told is not None:
            told(done)


def _is_marked(session: Session, cell: Cell) -> bool:
    mine = select(Mark.id).where(Mark.station == cell.station, Mark.day == cell.day)
    return session.scalar(mine.limit(1)) is not None


def agrees(session: Session, cell: Cell) -> bool:
    """Return whether the rows of *cell* are what its facts come to."""
    stored, now = kept(session, cell), counted(session, cell)
    return all(_same(stored[table], now[table]) for table in TABLES)


def _same(stored: list[dict[str, object]], counted: list[dict[str, object]]) -> bool:
    def written(rows: list[dict[str, object]]) -> list[list[tuple[str, object]]]:
        return sorted(sorted(row.items()) for row in rows)

    return written(stored) == written(counted)


def recount(database: Database, now: datetime, told: Told | None = None) -> int:
    """Count everything anew; return how many cells that is."""
    with database.write() as session:
        marks.mark_all(session, now)
    return fold_all(database, told)


def mend(database: Database, wrong: Sequence[Cell], now: datetime) -> None:
    """Count those cells anew."""
    with database.write() as session:
        session.add_all(Mark(station=cell.station, day=cell.day, at=now) for cell in wrong)
    fold_all(database)
