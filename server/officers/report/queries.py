"""The sums of a report: from the roll-ups, by the day on which things happened.  Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, and_, case, func, select, union
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.db import Database
from server.figures.models import (
    STEPS,
    SUMS,
    cells,
    step_sums,
    step_totals,
    steps,
    wholes,
)
from server.figures.packing import number_of, opened
from server.figures.recount import agrees
from server.figures.samples import Cell
from server.officers.overview.wholes import once

Counts = dict[str, int]


@dataclass(slots=True)
class Sums:
    """What happened in some days: people and tubes taken, and what passed each step."""

    counts: Counts = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)


_TAKEN = ("people", "tubes", "voided", "manual", "conflicts", "corrections")


def sums(
    session: Session, scope: Within, first: date | None, last: date, by: str = ""
) -> Mapping[str, Sums]:
    """Return the sums of the days from *first* (None: ever) to *last*, by a key, or under ''.

    The whole is what its places come to, which a report asks for too: they are read once.
    """
    if by:
        return once(session, ("sums", scope, first, last, by),
                    lambda: _asked(session, scope, first, last, by))  # fmt: skip
    places = sums(session, scope, first, last, "place").values()
    return once(session, ("sums", scope, first, last), lambda: {"": _together(places)})


def _together(every: Iterable[Sums]) -> Sums:
    counts: dict[str, int] = {}
    for own in every:
        for name, number in own.counts.items():
            counts[name] = counts.get(name, 0) + number
    return Sums(counts)


def _asked(
    session: Session, scope: Within, first: date | None, last: date, by: str
) -> Mapping[str, Sums]:
    found: dict[str, Sums] = {}
    for key, kind, *numbers in session.execute(_taken(scope, first, last, by)):
        own = found.setdefault(key, Sums()).counts
        for name, number in zip(_TAKEN, numbers, strict=True):
            own[name] = own.get(name, 0) + int(number)
            own[f"{name}_{kind}"] = own.get(f"{name}_{kind}", 0) + int(number)
    if first is None and by in step_totals.columns:
        _add_ever_passed(session, scope, last, by, found)
        return found
    for key, step, number in session.execute(_passed(scope, first, last, by)):
        found.setdefault(key, Sums()).counts[step] = int(number)
    return found


def _add_ever_passed(
    session: Session, scope: Within, last: date, by: str, found: dict[str, Sums]
) -> None:
    """Add what passed each step until *last*: from the totals of what was done with by then.

    What went on after that day is looked up by its days.
    """
    for key, *numbers in session.execute(_totals(scope, last, by)):
        found.setdefault(key, Sums()).counts.update(zip(STEPS, map(int, numbers), strict=True))
    for key, step, number in session.execute(_going_on(scope, last, by)):
        own = found.setdefault(key, Sums()).counts
        own[step] = own.get(step, 0) + int(number)


def _enough(table: Table, by: str) -> Table:
    """Return the sums, unless they lack the key."""
    return SUMS[table] if by in SUMS[table].columns else table


def _taken(scope: Within, first: date | None, last: date, by: str) -> Any:
    table = _enough(cells, by)
    key = table.c[by].label("key")
    numbers = [func.sum(table.c[name]) for name in _TAKEN]
    found = select(key, table.c.kind, *numbers).where(scope.rows(table.c.place))
    found = found.where(table.c.day <= last)
    if first is not None:
        found = found.where(table.c.day >= first)
    return found.group_by(key, table.c.kind)


def _passed(scope: Within, first: date | None, last: date, by: str) -> Any:
    table = _enough(steps, by)
    key = table.c[by].label("key")
    found = select(key, table.c.step, func.sum(table.c.count)).where(scope.rows(table.c.place))
    found = found.where(table.c.passed <= last)
    if first is not None:
        found = found.where(table.c.passed >= first)
    return found.group_by(key, table.c.step)


def _totals(scope: Within, last: date, by: str) -> Any:
    done = step_totals.c
    found = select(done[by], *(func.sum(done[name]) for name in STEPS))
    return found.where(scope.rows(done.place), done.last_passed <= last).group_by(done[by])


def _going_on(scope: Within, last: date, by: str) -> Any:
    """Ask for the steps passed until *last* where others were passed after it: a few rows.

    The day is no condition, by which SQLite would begin with all that ever passed.
    """
    each, of = step_sums.c, step_totals.c
    same = and_(each.day == of.day, each.station == of.station, each.place == of.place)
    until = func.sum(case((each.passed <= last, each.count), else_=0))
    found = select(of[by], each.step, until).select_from(step_totals.join(step_sums, same))
    there = of.last_passed > last, of.first_passed <= last, scope.rows(of.place)
    return found.where(*there).group_by(of[by], each.step)


def turnaround(session: Session, scope: Within, day: date) -> tuple[int, ...]:
    """Return how long tubes taken on *day* took to their release."""
    found = select(wholes.c.numbers).where(wholes.c.day == day, scope.rows(wholes.c.place))
    return opened(sum(map(number_of, session.scalars(found)))).span("turnaround")


def cells_of(session: Session, day: date) -> list[Cell]:
    """Return the cells that a report of *day* rests on: taken then, or passed a step then."""
    taken = select(cells.c.station, cells.c.day).where(cells.c.day == day)
    passed = select(steps.c.station, steps.c.day).where(steps.c.passed == day)
    return sorted(Cell(*row) for row in session.execute(union(taken, passed)))


def wrong_cells(database: Database, day: date) -> list[Cell]:
    """Return those of them whose rows are not what a recount of the facts finds."""
    with database.read() as session:
        return [cell for cell in cells_of(session, day) if not agrees(session, cell)]
