"""Statements that put many rows into a table, whose values are as the driver takes them."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from server.db import Base

TOGETHER = 250  # rows in one statement; SQLite takes 32,766 values
Stored = tuple[Any, ...]


def insert(
    connection: Connection, model: type[Base], names: tuple[str, ...], rows: Sequence[Stored]
) -> None:
    """Insert some hundred rows by each statement: for each, SQLite opens every index anew."""
    done = 0
    for size in (TOGETHER, 1):
        whole = len(rows) - (len(rows) - done) % size
        given = rows[done:whole]
        if size > 1:
            starts = range(0, len(given), size)
            given = [tuple(chain.from_iterable(given[at : at + size])) for at in starts]
        if given:
            statement = _inserting(model, names, connection.dialect, size)
            connection.exec_driver_sql(statement, given if len(given) > 1 else given[0])
        done = whole


def copy(
    connection: Connection, model: type[Base], names: tuple[str, ...], rows: Iterable[Stored]
) -> None:
    """Insert rows by PostgreSQL's COPY."""
    statement = _copying(model, names, connection.dialect)
    cursor: Any = connection.connection.cursor()
    try:
        with cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            statement, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from error
    finally:
        cursor.close()


def _named(model: type[Base], names: tuple[str, ...], dialect: Dialect) -> tuple[str, str]:
    table = model.metadata.tables[model.__tablename__]
    quote = dialect.identifier_preparer
    columns = ", ".join(quote.quote(table.columns[name].name) for name in names)
    return quote.format_table(table), columns


@cache
def _inserting(model: type[Base], names: tuple[str, ...], dialect: Dialect, size: int) -> str:
    table, columns = _named(model, names, dialect)
    place = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join([place] * len(names))})"
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * size)}"  # noqa: S608


@cache
def _copying(model: type[Base], names: tuple[str, ...], dialect: Dialect) -> str:
    table, columns = _named(model, names, dialect)
    return f"COPY {table} ({columns}) FROM STDIN"
