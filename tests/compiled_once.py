"""Statements that are compiled once for all databases of this process of tests, as in a server.

A server has one engine for as long as it runs, and compiles a statement when it first meets it.
Each test has a database and an engine of its own, and compiled every statement anew: a fifth of
what the tests cost.  What SQLAlchemy compiled it keeps by the dialect's identity; these dialects
are the product's, only that all of a kind are equal.
"""

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_kept: LRUCache = LRUCache(2_000)


class Sqlite(SQLiteDialect_pysqlite):
    supports_statement_cache = True  # SQLAlchemy asks each class to say so itself

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class Postgresql(PGDialect_psycopg):
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


def install() -> None:
    """Let every engine that is made from now on take what others compiled."""
    registry.register("sqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, Postgresql.__name__)
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_kept)
