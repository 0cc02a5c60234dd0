"""Count marked cells again: away from the writers, and safe with any number of workers.

A cell is counted by a look at the database that holds nobody up.  Then one short transaction takes
away the marks that were seen before counting and puts the rows in place.  Whoever finds one of
those marks gone was overtaken, and leaves everything as it is.  A fact that came after the count
has a mark of its own.  So a crash at any moment, or two workers at one cell, costs a count and
never makes one wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from server.db import Database
from server.figures.counting import Counted, Key, count
from server.figures.gathering import facts_of
from server.figures.models import BUCKETS, COUNTS, TABLES, Mark, cells, hours, spans, steps
from server.figures.samples import Cell
from server.figures.summing import with_sums

AT_ONCE = 8  # cells in one look
LOOKED_AT = 500  # marks
Row = dict[str, Any]
Rows = dict[Table, list[Row]]


class _Overtaken(Exception):
    """Another worker counted this cell meanwhile."""


def fold_some(database: Database, most: int = AT_ONCE) -> int:
    """Count some marked cells, the longest marked first; return how many, 0 if none is marked."""
    with database.read() as session:
        found = [(cell, ids, counted(session, cell)) for cell, ids in marked(session, most).items()]
    for cell, ids, rows in found:
        put(database, cell, ids, rows)
    return len(found)


def counted(session: Session, cell: Cell) -> Rows:
    """Return what *cell* comes to now."""
    return with_sums(rows_of(count(facts_of(session, cell))))


def put(database: Database, cell: Cell, marks: Sequence[int], rows: Rows) -> bool:
    """Put *rows*, counted after *marks* were seen, in place; return whether we were first."""
    try:
        with database.write() as session:
            _take_away(session, marks)
            replace(session, cell, rows)
    except _Overtaken:
        return False
    return True


def fold_all(database: Database, told: Callable[[int], None] | None = None) -> int:
    """Count every marked cell; return how many were."""
    done = 0
    while some := fold_some(database):
        done += some
        if told is not None:
            told(done)
    return done


def marked(session: Session, most: int) -> dict[Cell, list[int]]:
    """Return the cells of the oldest marks, each with the ids of its marks among them."""
    found: dict[Cell, list[int]] = {}
    oldest = select(Mark.id, Mark.station, Mark.day).order_by(Mark.id).limit(LOOKED_AT)
    for mark, station, day in session.execute(oldest):
        cell = Cell(station, day)
        if cell in found or len(found) < most:
            found.setdefault(cell, []).append(mark)
    return found


def _take_away(session: Session, marks: Sequence[int]) -> None:
    gone: Any = session.execute(
        delete(Mark).where(Mark.id.in_(marks)).execution_options(synchronize_session=False)
    )
    if gone.rowcount != len(marks):
        raise _Overtaken


def replace(session: Session, cell: Cell, rows: Rows) -> None:
    """Put *rows* in the place of what is kept of *cell*."""
    for table in TABLES:
        mine = table.c.day == cell.day, table.c.station == cell.station
        session.execute(delete(table).where(*mine))
        if rows[table]:
            session.execute(insert(table), rows[table])


def rows_of(found: Counted) -> Rows:
    """Return a cell's rows, split as finely as there is."""
    return {
        cells: list(_wide(found.cell, found.cells, COUNTS)),
        steps: [
            {**_key(found.cell, key), "step": step, "passed": passed, "count": number}
            for (key, step, passed), number in sorted(found.steps.items())
        ],
        spans: list(_histograms(found)),
        hours: [
            {**_key(found.cell, key), "hour": hour, "people": number}
            for (key, hour), number in sorted(found.hours.items())
        ],
    }


def _wide(
    cell: Cell, numbers: Mapping[tuple[Key, str], int], names: Sequence[str]
) -> Iterator[Row]:
    for key in sorted({key for key, _ in numbers}):
        own = {name: numbers.get((key, name), 0) for name in names}
        if any(own.values()):
            yield {**_key(cell, key), **own}


def _histograms(found: Counted) -> Iterator[Row]:
    for key, span in sorted({(key, span) for key, span, _ in found.spans}):
        buckets = {name: found.spans[key, span, number] for number, name in enumerate(BUCKETS)}
        yield {**_key(found.cell, key), "span": span, **buckets}


def _key(cell: Cell, key: Key) -> Row:
    return {"station": cell.station, "day": cell.day, **key._asdict()}


def kept(session: Session, cell: Cell) -> Rows:
    """Return the rows that are kept of *cell*."""
    found: Rows = {}
    for table in TABLES:
        mine = select(table).where(table.c.day == cell.day, table.c.station == cell.station)
        rows = session.execute(mine.order_by(*table.primary_key.columns)).mappings()
        found[table] = [dict(row) for row in rows]
    return found


def waiting(session: Session) -> datetime | None:
    """Return since when the oldest mark waits, None if all is found."""
    return session.scalar(select(Mark.at).order_by(Mark.id).limit(1))
