"""Many rows at once, past SQLAlchemy's own handling of each: a million rows live on this.

Statements are SQLAlchemy's, compiled once for each kind of database; the driver runs them.  Values
are turned as the columns say.  Defaults that Python would fill in are not: name every column.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Dialect, Select, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contract import ids
from server import loading, vault
from server.db import Base, Encrypted, UtcDateTime
from server.loading import Stored as Stored
from server.stored_times import sqlite_time, sqlite_times

MANY = 50  # rows from which on PostgreSQL's COPY is worth its round trips

Convert = Callable[[Any], Any]


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert *rows*, which all name the same columns, past the objects of the session.

    Flush those before.
    """
    if not rows:
        return
    connection = session.connection()
    names = tuple(rows[0])
    turns = _turns(model, names, connection.dialect)
    insert_stored(session, model, names, _turned(rows, names, turns))


def insert_missing(session: Session, model: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert *row* unless one with its key is there; return whether it was missing.

    Two transactions that do so at one moment do not fail: the second finds the first one's.
    """
    sqlite_too = session.get_bind().dialect.name == "sqlite"
    made = (sqlite.insert if sqlite_too else postgresql.insert)(model).values(**row)
    key = model.metadata.tables[model.__tablename__].primary_key.columns.values()[0]
    # What came back says it: how many rows an INSERT made, not every driver tells.
    done = session.execute(made.on_conflict_do_nothing().returning(key))
    return done.first() is not None


def insert_or_hold(session: Session, model: type[Base], row: Mapping[str, Any]) -> None:
    """Insert *row*; where one with its key is there, leave it and hold it to the transaction's end.

    What is read after this is as others, who held it before, left it.
    """
    sqlite_too = session.get_bind().dialect.name == "sqlite"
    made: Any = (sqlite.insert if sqlite_too else postgresql.insert)(model).values(**row)
    table = model.metadata.tables[model.__tablename__]
    keys = [column.name for column in table.primary_key]
    same = {name: table.columns[name] for name in keys}
    session.execute(made.on_conflict_do_update(index_elements=keys, set_=same))


def insert_or_add(session: Session, model: type[Base], row: Mapping[str, Any], name: str) -> None:
    """Insert *row*; where one with its key is there, add to what that has under *name*.

    Past the objects of the session.
    """
    connection = session.connection()
    connection.execute(_adding(model, name, connection.dialect.name == "sqlite"), dict(row))


@cache
def _adding(model: type[Base], name: str, in_sqlite: bool) -> Any:  # noqa: FBT001 - of a cache
    table = model.metadata.tables[model.__tablename__]
    made: Any = (sqlite.insert if in_sqlite else postgresql.insert)(table)
    more = {name: table.columns[name] + made.excluded[name]}
    keys = [column.name for column in table.primary_key]
    return made.on_conflict_do_update(index_elements=keys, set_=more)


def insert_stored(
    session: Session, model: type[Base], names: tuple[str, ...], rows: Sequence[Stored]
) -> None:
    """Insert *rows* whose values are already as this database's driver takes them."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql" and len(rows) >= MANY:
        loading.copy(connection, model, names, rows)
    else:
        loading.insert(connection, model, names, rows)


def stored_rows(
    session: Session, question: Select[*tuple[Any, ...]], values: Mapping[str, Any]
) -> list[Any]:
    """Return the answer as the driver gives it: ids and times as this database stores them."""
    with closing(_run(session, question, values)) as found:
        return list(found.cursor.fetchall())  # past SQLAlchemy's rows


def change_stored(session: Session, change: Update, values: Mapping[str, Any]) -> int:
    """Make a change whose values are as this database's driver takes them; return of how many.

    Past the objects of the session.
    """
    return int(_run(session, change, values).rowcount)


def _run(session: Session, statement: Any, values: Mapping[str, Any]) -> CursorResult[Any]:
    connection = session.connection()
    text, places, own = _asking(statement, connection.dialect)
    known = {**own, **values}
    given = known if places is None else tuple(known[name] for name in places)
    return connection.exec_driver_sql(text, given)


def stored_id(session: Session) -> Callable[[str], str]:
    """Return what turns ids, as `str(UUID)` writes them, into what this database stores."""
    return _undashed if session.get_bind().dialect.name == "sqlite" else str


def ordered_id(now: datetime) -> UUID:
    """Return a new id that sorts by its time."""
    return ids.ordered_id(now, os.urandom(ids.LOT))


def new_ids(now: datetime, count: int) -> list[str]:
    """Return new ids that sort by their time, as any database takes them."""
    return ids.ordered_hexes(now, os.urandom(ids.LOT * count))


def lots(size: int, count: int) -> Iterator[bytes]:
    """Return *count* times *size* bytes, all drawn by lot at once."""
    drawn = os.urandom(size * count)
    return (drawn[place : place + size] for place in range(0, len(drawn), size))


def _turned(
    rows: Iterable[Mapping[str, Any]], names: tuple[str, ...], turns: Mapping[str, Convert]
) -> list[Stored]:
    """Turn each column for itself; a value that follows itself, as `now` does, is turned once."""
    columns = []
    for name in names:
        values = [row[name] for row in rows]
        turn = turns.get(name)
        if isinstance(turn, _Sealing):
            turn = turn.ready()
        if turn is sqlite_time:
            values = sqlite_times(values)
        elif turn is not None:
            values = _each(values, turn)
        columns.append(values)
    return list(zip(*columns, strict=True))


@dataclass(frozen=True, slots=True)
class _Sealing:
    """Stands for what an encrypted column does; the keys are looked for once for many rows."""

    purpose: str

    def __call__(self, value: Any) -> Any:
        return self.ready()(value)

    def ready(self) -> Convert:
        encrypt = partial(vault.current().encrypt, self.purpose)
        return lambda value: None if value is None else encrypt(value)


def _each(values: list[Any], turn: Convert) -> list[Any]:
    last: Any = values[0]
    said = turn(last)
    turned = []
    for value in values:
        if value is not last:
            last, said = value, turn(value)
        turned.append(said)
    return turned


@cache
def _turns(model: type[Base], names: tuple[str, ...], dialect: Dialect) -> dict[str, Convert]:
    """Return how values of those columns must be turned that the driver does not take as is."""
    columns = model.metadata.tables[model.__tablename__].columns
    forgotten = [c.name for c in columns if c.default is not None and c.name not in names]
    if forgotten:
        raise ValueError(f"columns that Python would fill in are not named: {forgotten}")
    found: dict[str, Convert] = {}
    for name in names:
        type_ = columns[name].type
        turn = type_.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(type_, UtcDateTime) and dialect.name == "sqlite":
            turn = sqlite_time
        if isinstance(type_, Encrypted):
            turn = _Sealing(type_.purpose)
        if turn is not None:
            found[name] = turn
    return found


def _undashed(value: str) -> str:
    return value.replace("-", "")


@cache
def _asking(question: Any, dialect: Dialect) -> tuple[str, list[str] | None, dict[str, Any]]:
    compiled = question.compile(dialect=dialect)
    return str(compiled), compiled.positiontup, compiled.params
