"""Whom the numbers of a name's parts lead to (`name_parts`), of the indexes alone.  Reads only.

A mark is a person's id, in SQLite the row's own number, which its indexes hold: no row is read
before it is known to be wanted.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, String, Uuid, bindparam, text
from sqlalchemy.orm import Session

from server.db import among_these, listed
from server.people.name_parts import MORE, PLACES, having, written

Group = Sequence[int]  # the numbers that lead to one part
Mark = Any


def count_of(session: Session, numbers: Group, most: int) -> int:
    """Return how many people have one of *numbers*, *most* at the utmost."""
    found = f"SELECT count(*) FROM ({_any(session, having(numbers))} LIMIT {most}) AS led"  # noqa: S608
    return session.scalar(text(found)) or 0


def led_to(session: Session, groups: Sequence[Group], most: int) -> list[Mark] | None:
    """Return the marks of who has a number of each of *groups*, None of more than *most*.

    The rarest part, which stands first, goes with each other one by the indexes of two places, so
    that whoever has only one of both is never looked at.
    """
    ways = [[*_both(groups[0], other)] for other in groups[1:]] or [having(groups[0])]
    each = (f"SELECT mark FROM ({_any(session, way)}) AS one" for way in ways)  # noqa: S608
    every = f"SELECT DISTINCT mark FROM ({' INTERSECT '.join(each)}) AS led LIMIT {most + 1}"  # noqa: S608
    marks = session.execute(text(every)).scalars().all()
    return None if len(marks) > most else list(marks)


def has_mark(session: Session, column: Any, marks: Iterable[Mark]) -> ColumnElement[bool]:
    """Return the condition that *column* holds the id of somebody with one of *marks*."""
    if not _in_sqlite(session):
        return among_these(column, [mark.hex for mark in marks])
    given = listed(sorted(marks))  # neighbours are read at once
    listing = bindparam("marks", given, type_=String, unique=True)
    these: ColumnElement[bool] = column.in_(text(_IDS).bindparams(listing).columns(id=Uuid()))
    return these


_IDS = (
    "SELECT person.id FROM json_each(:marks) AS led CROSS JOIN person"
    " WHERE person.rowid = led.value"
)


def _both(one: Group, other: Group) -> Iterator[str]:
    """Yield who has a number of both, one that is of both, or more parts than places."""
    for first, last in combinations(range(1, PLACES + 1), 2):
        for these, those in ((one, other), (other, one)):
            yield (
                f"name_{first}_blind IN ({written(these)})"
                f" AND name_{last}_blind IN ({written(those)})"
            )
    yield f"name_{PLACES}_blind = {MORE}"
    if shared := sorted({*one} & {*other}):
        yield from having(shared)


def _any(session: Session, ways: Sequence[str]) -> str:
    mark = "rowid" if _in_sqlite(session) else "id"
    asked = f"SELECT person.{mark} AS mark FROM person WHERE"  # noqa: S608
    return " UNION ALL ".join(f"{asked} {way}" for way in ways)


def _in_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
