"""A wish within a scope as conditions on a table of the roll-up."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, Table, or_, select

from server.accounts.within import Within
from server.declarations.models import PointStation
from server.figures.days import bounds
from server.figures.models import SUMS
from server.officers.overview.wish import Wish


def is_split(wish: Wish) -> bool:
    """Return whether the wish is of a laboratory or an operator, which the sums do not know."""
    return bool(wish.lab or wish.operator)


def enough(table: Table, wish: Wish) -> Table:
    """Return the table that says it with the fewest rows: its sums, unless they lack a filter."""
    return table if is_split(wish) else SUMS[table]


def fitting(
    table: Table, wish: Wish, within: Within, first: date, last: date
) -> list[ColumnElement[bool]]:
    """Return the conditions of *wish* on a table of the roll-up, samples of those days."""
    narrow = narrowing(table, wish, within, first, last)
    return [table.c.day >= first, table.c.day <= last, *narrow]


def narrowing(
    table: Table, wish: Wish, within: Within, first: date, last: date
) -> list[ColumnElement[bool]]:
    """Return the conditions but for the days; points and zones are those of these days."""
    found = [*_exact(table, wish), within.only(wish.place).rows(table.c.place)]
    if wish.point:
        found.append(table.c.station.in_(_stood_at([wish.point], first, last)))
    if wish.covers is not None:
        places, points = wish.covers
        there = table.c.station.in_(_stood_at(sorted(points), first, last))
        found.append(or_(Within.of(places).rows(table.c.place), there))
    return found


def _exact(table: Table, wish: Wish) -> list[ColumnElement[bool]]:
    asked = {"lab": wish.lab, "station": wish.station, "operator": wish.operator}
    return [table.c[name] == value for name, value in asked.items() if value]


def _stood_at(points: Sequence[str], first: date, last: date) -> Select[str]:
    begin, end = bounds(first)[0], bounds(last)[1]
    stood = PointStation.since < end, or_(PointStation.until.is_(None), PointStation.until > begin)
    return select(PointStation.station).where(PointStation.point_id.in_(points), *stood)
