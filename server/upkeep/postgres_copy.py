"""All rows of a PostgreSQL database out of one transaction, and into an empty database again.

PostgreSQL's own COPY does the work, so that nothing but the driver is needed.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import msgspec
from sqlalchemy import Connection, MetaData, text

from contract.spoken import Spoken
from server import schema
from server.db import Database

_AT_ONCE = 1 << 20


class NotEmpty(Spoken):
    """There is something already where a backup should go."""


class Start(msgspec.Struct, frozen=True, tag="table"):
    """The rows of a table follow, until the next frame of this kind."""

    table: str
    columns: list[str]


class Counter(msgspec.Struct, frozen=True, tag="sequence"):
    """How far a sequence has counted."""

    name: str
    value: int


Said = Start | Counter
_WORDS, _ROWS = b"w", b"r"


def parts(connection: Connection) -> Iterator[bytes]:
    """Yield what a backup holds, as the transaction of *connection* sees it."""
    for name in _tables(connection):
        columns = _columns(connection, name)
        yield _WORDS + msgspec.json.encode(Start(name, columns))
        for some in _rows(connection, name, columns):
            yield _ROWS + some
    for name in connection.execute(
        text("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
    ).scalars():
        value = connection.execute(text(f'SELECT last_value FROM "{name}"')).scalar_one()  # noqa: S608
        yield _WORDS + msgspec.json.encode(Counter(name, value))


def _tables(connection: Connection) -> list[str]:
    """Return the tables, each after those that it refers to."""
    there = MetaData()
    there.reflect(connection)
    names = (str(table.name) for table in there.sorted_tables)  # msgspec knows no `quoted_name`
    return [name for name in names if name != "alembic_version"]


def _columns(connection: Connection, table: str) -> list[str]:
    asked = text(
        "SELECT column_name FROM information_schema.columns WHERE table_name = :t"
        " AND table_schema = current_schema() ORDER BY ordinal_position"
    )
    return list(connection.execute(asked, {"t": table}).scalars())


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _rows(connection: Connection, table: str, columns: list[str]) -> Iterator[bytes]:
    cursor: Any = connection.connection.cursor()
    held = bytearray()
    with cursor.copy(f'COPY "{table}" ({_listed(columns)}) TO STDOUT') as copy:
        for row in copy:
            held += row
            if len(held) >= _AT_ONCE:
                yield bytes(held)
                held.clear()
    cursor.close()
    if held:
        yield bytes(held)


def restore(
    database: Database,
    revision: str,
    frames: Iterator[bytes],
    *,
    then: Callable[[Connection], object],
) -> None:
    """Fill an empty *database*, brought to *revision* first, and let *then* complete it.

    All or nothing: it is one transaction.
    """
    with database.engine.begin() as connection:
        full = [name for name in _tables(connection) if _has_rows(connection, name)]
        if full:
            raise NotEmpty(
                f"cơ sở dữ liệu không trống ({full[0]}): khôi phục vào một cơ sở dữ liệu trống",
                f"the database is not empty ({full[0]}): restore into an empty one",
            )
        schema.upgrade_on(connection, to=revision)
        names = _tables(connection)
        _guard(connection, names, "DISABLE")
        for name in reversed(names):  # what migrations put in
            connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 - the database's own
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        _fill(connection, frames)
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        _guard(connection, names, "ENABLE")
        then(connection)


def _has_rows(connection: Connection, table: str) -> bool:
    return connection.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first() is not None  # noqa: S608


def _guard(connection: Connection, names: list[str], verb: str) -> None:
    for name in names:
        connection.execute(text(f'ALTER TABLE "{name}" {verb} TRIGGER USER'))


def _fill(connection: Connection, frames: Iterator[bytes]) -> None:
    with ExitStack() as table:
        copy: Any = None
        for frame in frames:
            if frame[:1] == _ROWS:
                copy.write(frame[1:])
                continue
            table.close()
            said = msgspec.json.decode(frame[1:], type=Said)
            if isinstance(said, Start):
                cursor: Any = table.enter_context(closing(connection.connection.cursor()))
                words = f'COPY "{said.table}" ({_listed(said.columns)}) FROM STDIN'
                copy = table.enter_context(cursor.copy(words))
            else:
                asked = text("SELECT setval(CAST(:name AS regclass), :value)")
                connection.execute(asked, {"name": f'"{said.name}"', "value": said.value})
