"""New keys while the server runs: `ghepmau-server keys rotate`.

Four steps, each safe to be killed in and begun again.  (1) New keys are added; every process sees
them before (2) they are used for whatever is written.  (3) Every value that an old key sealed is
sealed anew, and search keys are made anew, some rows a transaction.  (4) Once a whole round finds
nothing of the old keys, they leave the key file.

What follows from the lasting key stays: signatures of slips, cards and anchors, marks of the trail,
partners' keys of persons.  Stations seal to a key that stays too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, Table, bindparam, func, literal, or_, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contract.spoken import said
from server import schema, vault
from server.db import Database
from server.upkeep import columns
from server.upkeep.columns import Sealed, Search, raw
from server.upkeep.guards import unguarded

AT_ONCE = 500
_HEAD = 5  # bytes that name the key of a value


class TwoLinks(Exception):
    """A number leads to two rows: found while its search key was made anew."""


@dataclass
class Done:
    """What a round changed."""

    values: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, count: int) -> None:
        if count:
            self.values[name] = self.values.get(name, 0) + count

    @property
    def count(self) -> int:
        return sum(self.values.values())


def work_through(database: Database, told: Callable[[str], None] = lambda _: None) -> Done:
    """Bring everything under the keys in use; return what had to be changed."""
    done = Done()
    for each in columns.sealed():
        _by_pieces(database, each.table, partial(_seal_anew, each=each, done=done))
        told(each.table.name)
    for search in columns.SEARCHES:
        table = schema.tables.tables[search.table]
        _by_pieces(database, table, partial(_find_anew, search=search, done=done))
        told(f"{search.table}.{search.column}")
    return done


def left(session: Session) -> dict[str, int]:
    """Return how many values of each table other keys than the one in use sealed."""
    found = {}
    for each in columns.sealed():
        asked = select(func.count()).select_from(each.table).where(_by_others(each))
        if count := session.scalar(asked) or 0:
            found[each.table.name] = count
    return found


def clock_of(database: Database) -> datetime:
    """Return the time by the database's own clock."""
    if database.engine.dialect.name != "postgresql":
        return datetime.now(UTC)
    with database.read() as session:
        at: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return at


def older_runs(database: Database, since: datetime) -> bool:
    """Return whether a transaction that began before *since* still runs (PostgreSQL)."""
    if database.engine.dialect.name != "postgresql":
        return False  # SQLite has one writer, and we have been it since
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND xact_start < :since"
    )
    with database.read() as session:
        return bool(session.scalar(asked, {"since": since.astimezone(UTC)}))


def _by_pieces(
    database: Database, table: Table, piece: Callable[[Session, Any], list[Any] | None]
) -> None:
    """Go through *table* in the order of its key, a piece in a transaction."""
    after: list[Any] | None = None
    while True:
        with database.write() as session, unguarded(session, table):
            after = piece(session, after)
        if after is None:
            return


def _seal_anew(
    session: Session, after: list[Any] | None, each: Sealed, done: Done
) -> list[Any] | None:
    asked = select(*each.keys, *(raw(column) for column in each.columns)).where(_by_others(each))
    rows = session.execute(_next(asked, each.table, after)).all()
    count = len(each.keys)
    for place, column in enumerate(each.columns, count):
        purpose = f"{each.table.name}.{column.name}"
        sealed_by = column.type.purpose  # type: ignore[attr-defined]
        changed = [
            {**_named(row[:count]), "old": row[place], "new": _anew(sealed_by, row[place])}
            for row in rows
            if row[place] is not None and row[place][:_HEAD] != vault.current().head
        ]
        done.add(purpose, len(changed))
        _write(session, each.table, column, changed)
    return list(rows[-1][:count]) if len(rows) == AT_ONCE else None


def _anew(purpose: str, blob: bytes) -> bytes:
    keys = vault.current()
    return keys.encrypt_bytes(purpose, keys.decrypt_bytes(purpose, blob))


def _write(session: Session, table: Table, column: Column[Any], rows: list[dict[str, Any]]) -> None:
    """Write values that are still what they were: whoever changed one meanwhile sealed it anew."""
    if not rows:
        return
    same = [
        key == bindparam(f"key{place}", type_=key.type)
        for place, key in enumerate(table.primary_key.columns)
    ]
    kept = raw(column)
    written = update(table).where(*same, kept == bindparam("old")).values(
        {column: bindparam("new", type_=kept.type)}
    )  # fmt: skip
    session.connection().execute(written, rows)


def _find_anew(
    session: Session, after: list[Any] | None, search: Search, done: Done
) -> list[Any] | None:
    table = schema.tables.tables[search.table]
    keys = list(table.primary_key.columns)
    known, wanted = table.columns[search.column], [table.columns[name] for name in search.of]
    rows = session.execute(_next(select(*keys, known, *wanted), table, after)).all()
    changed = []
    for row in rows:
        made = search.made(*row[len(keys) + 1 :])
        if made is not None and made != row[len(keys)]:
            changed.append({**_named(row[: len(keys)]), "new": made})
    done.add(f"{search.table}.{search.column}", len(changed))
    if changed:
        _write_search(session, table, known, changed)
    return list(rows[-1][: len(keys)]) if len(rows) == AT_ONCE else None


def _write_search(
    session: Session, table: Table, column: Column[Any], rows: list[dict[str, Any]]
) -> None:
    same = [
        key == bindparam(f"key{place}", type_=key.type)
        for place, key in enumerate(table.primary_key.columns)
    ]
    try:
        session.connection().execute(
            update(table).where(*same).values({column: bindparam("new")}), rows
        )
    except IntegrityError as error:
        raise TwoLinks(
            said(
                f"hai dòng của {table.name} mang cùng giá trị: xem trang giấy tờ, chọn dòng đúng, "
                "rồi chạy lại lệnh này",
                f"two rows of {table.name} hold the same value: see the page of identities, "
                "answer which is right, and run this command again",
            )
        ) from error


def _named(key: Any) -> dict[str, Any]:
    return {f"key{place}": value for place, value in enumerate(key)}


def _by_others(each: Sealed) -> Any:
    """Return the condition that some value of a row is not under the key in use."""
    head = literal(vault.current().head)
    return or_(*(func.substr(raw(column), 1, _HEAD) != head for column in each.columns))


def _next(asked: Any, table: Table, after: list[Any] | None) -> Any:
    keys = list(table.primary_key.columns)
    if after is not None:
        last = [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        asked = asked.where(tuple_(*keys) > tuple_(*last))
    return asked.order_by(*keys).limit(AT_ONCE)
