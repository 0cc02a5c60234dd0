"""The database: how our types are stored, and where sessions come from."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Uuid,
    bindparam,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from contract.tubes import ForeignTube, Tube, TubeId, tube
from server import vault
from server.engines import make_engine


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in Python, UTC in the database; a naive time is a bug and is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class TubeColumn(TypeDecorator[Tube]):
    """Stores a tube as its text and gives it back as its own class."""

    impl = String(30)
    cache_ok = True

    def process_bind_param(self, value: Tube | None, dialect: Dialect) -> str | None:
        return value.text if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> Tube | None:
        return tube(value) if value else None


class Encrypted(TypeDecorator[str]):
    """Text that names or describes a person: readable only with the vault's keys.

    *purpose* is 'table.column', so that a value moved elsewhere does not open.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else vault.current().encrypt(self.purpose, value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else vault.current().decrypt(self.purpose, value)


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes that may name a person, such as a file as it came; *purpose* is 'table.column'."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else vault.current().encrypt_bytes(self.purpose, value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else vault.current().decrypt_bytes(self.purpose, value)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime(),
        UUID: Uuid(),
        Tube: TubeColumn(),
        TubeId: TubeColumn(),
        ForeignTube: TubeColumn(),
    }


ONLY = "only"  # in the info of an index: which engine has it, where not both do (`schema`)


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the constraint that a column holds one of *values*.

    It is not written with IN: for each row that comes in, SQLite builds a table of the list anew,
    which was a third of the cost of a message's row.
    """
    return " OR ".join(f"{column} = '{value}'" for value in values)


class _Listed(FunctionElement[str]):
    """The texts in a JSON list, as rows: one parameter, and one statement, for any number."""

    name = "listed"
    inherit_cache = True


@compiles(_Listed, "sqlite")
def _listed_in_sqlite(element: FunctionElement[str], compiler: Any, **kw: Any) -> str:
    texts = compiler.process(element.clauses, **kw)
    return f"(SELECT value FROM json_each({texts}))"  # noqa: S608 - a parameter's place


@compiles(_Listed)
def _listed_in_postgresql(element: _Listed, compiler: Any, **kw: Any) -> str:
    texts = compiler.process(element.clauses, **kw)
    return f"(SELECT json_array_elements_text(CAST({texts} AS json)))"


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Return the condition that a column's text is in the list that `listed` put under *name*.

    `IN (?, ?, …)` is written anew for each number of values, which costs more than the answer.
    """
    text = type_coerce(column, String)
    return text.op("IN", is_comparison=True)(_Listed(bindparam(name, type_=String)))


class _ListedIds(FunctionElement[str]):
    """As `_Listed`, of ids as their 32 digits."""

    name = "listed_ids"
    inherit_cache = True


@compiles(_ListedIds, "sqlite")
def _listed_ids_in_sqlite(element: _ListedIds, compiler: Any, **kw: Any) -> str:
    return _listed_in_sqlite(element, compiler, **kw)  # that is how they are stored


@compiles(_ListedIds)
def _listed_ids_in_postgresql(element: _ListedIds, compiler: Any, **kw: Any) -> str:
    texts = compiler.process(element.clauses, **kw)
    return f"(SELECT CAST(json_array_elements_text(CAST({texts} AS json)) AS uuid))"


def among_ids(column: Any, name: str) -> ColumnElement[bool]:
    """As `among`, for a column of ids; the list under *name* holds each as its 32 digits."""
    held = type_coerce(column, String)
    return held.op("IN", is_comparison=True)(_ListedIds(bindparam(name, type_=String)))


class _ListedNumbers(FunctionElement[str]):
    """As `_Listed`, of whole numbers."""

    name = "listed_numbers"
    inherit_cache = True


@compiles(_ListedNumbers, "sqlite")
def _listed_numbers_in_sqlite(element: _ListedNumbers, compiler: Any, **kw: Any) -> str:
    return _listed_in_sqlite(element, compiler, **kw)


@compiles(_ListedNumbers)
def _listed_numbers_in_postgresql(element: _ListedNumbers, compiler: Any, **kw: Any) -> str:
    texts = compiler.process(element.clauses, **kw)
    return f"(SELECT CAST(json_array_elements_text(CAST({texts} AS json)) AS bigint))"


def among_numbers(column: Any, name: str) -> ColumnElement[bool]:
    """As `among`, for a column of whole numbers; `listed` puts them under *name*."""
    return column.op("IN", is_comparison=True)(_ListedNumbers(bindparam(name, type_=String)))  # type: ignore[no-any-return]


def among_these(column: Any, ids: Iterable[str]) -> ColumnElement[bool]:
    """As `among_ids`, with the ids, each as its 32 digits, in it: one parameter for all."""
    held, given = type_coerce(column, String), bindparam(None, listed(ids), type_=String)
    return held.op("IN", is_comparison=True)(_ListedIds(given))


def among_texts(column: Any, texts: Iterable[str]) -> ColumnElement[bool]:
    """As `among`, with the texts in it: one parameter for all."""
    held, given = type_coerce(column, String), bindparam(None, listed(texts), type_=String)
    return held.op("IN", is_comparison=True)(_Listed(given))


def listed(texts: Iterable[str] | Iterable[int]) -> str:
    """Return *texts* as the parameter that `among` takes."""
    return msgspec.json.encode(list(texts)).decode()


@dataclass(frozen=True)
class Database:
    """One database: `write()` and `read()` begin a transaction, committed on the way out."""

    engine: Engine
    write: Callable[[], AbstractContextManager[Session]]
    read: Callable[[], AbstractContextManager[Session]]


def look_at_one_moment(session: Session) -> None:
    """Let *session*, which asked nothing yet, see the database as it is now until it ends.

    Whoever compares what is kept with what there is needs it: else what others do between two
    questions looks like a mistake.  Readers of SQLite see one moment anyway.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def open_database(url: str, *, connections: int = 0) -> Database:
    """Open *url* (an SQLAlchemy URL), as `server.engines` says."""
    engine = make_engine(url, connections=connections)
    writing = sessionmaker(engine, expire_on_commit=False)
    reading = sessionmaker(
        engine.execution_options(ghepmau_read=True), expire_on_commit=False, autoflush=False
    )
    return Database(engine, writing.begin, reading.begin)
