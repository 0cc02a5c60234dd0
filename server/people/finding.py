"""Whom the numbers of a name's parts lead to (`name_parts`), of the indexes alone.  Reads only.

A mark is a person's id, in SQLite the row's own number, which its indexes hold: no row is read
before it is known to be wanted.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, String, Uuid, bindparam, literal_column, select, text
from sqlalchemy.orm import Session

from server import vault
from server.db import among_ids, among_numbers, among_these, listed
from server.people.models import Person
from server.people.name_parts import MORE, PLACES, has, having, written
from server.rows import stored_rows

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
    with closing(session.connection().exec_driver_sql(every)) as found:
        marks = [mark for (mark,) in found.cursor.fetchall()]  # past SQLAlchemy's rows
    return None if len(marks) > most else marks


def named(session: Session, marks: Iterable[Mark], parts: Sequence[str]) -> list[str]:
    """Return who of those with *marks* has a name with all *parts*: ids as their 32 digits.

    A name is opened once, however many people have it.  Most whom the numbers of two common parts
    lead to are called otherwise: nothing else of these is read.
    """
    in_sqlite = _in_sqlite(session)
    given = listed(sorted(marks) if in_sqlite else [mark.hex for mark in marks])
    rows = stored_rows(session, _NAMES[in_sqlite], {"marks": given})
    sealed = {blind or each: name for each, blind, name in rows if name is not None}
    names = vault.current().decrypt_each("person.name", list(sealed.values()))
    fits = {key for key, name in zip(sealed, names, strict=True) if has(name, parts)}
    found = (each for each, blind, _ in rows if (blind or each) in fits)
    return [each if isinstance(each, str) else each.hex for each in found]


def has_mark(session: Session, column: Any, marks: Iterable[Mark]) -> ColumnElement[bool]:
    """Return the condition that *column* holds the id of somebody with one of *marks*."""
    if not _in_sqlite(session):
        return among_these(column, [mark.hex for mark in marks])
    given = listed(sorted(marks))  # neighbours are read at once
    listing = bindparam("marks", given, type_=String, unique=True)
    these: ColumnElement[bool] = column.in_(text(_IDS).bindparams(listing).columns(id=Uuid()))
    return these


_ASKED = select(Person.id, Person.name_blind, Person.name)
_NAMES = (
    _ASKED.where(among_ids(Person.id, "marks")),
    _ASKED.where(among_numbers(literal_column("person.rowid"), "marks")),
)
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
