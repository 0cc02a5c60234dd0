"""A day's tubes that only have to be settled, and their messages in the outbox."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from benchmarks.merge_rows import NOW as NOW
from benchmarks.merge_rows import cases, prepare
from server import schema, vault
from server.db import Database, open_database
from server.declarations.models import RecordEntry
from server.delivery import routes
from server.delivery.routes import Route
from server.outcomes.settling import settle_many
from server.people.models import Person

HOOK, QUICK = "hook", "quick"
Rows = list[tuple[object, ...]]


@dataclass
class Filled:
    """A server's database; each round settles the next *messages* tubes."""

    database: Database
    path: Path
    messages: int

    def settle(self, number: int) -> None:
        """Put the messages of a round into the outbox, for both targets."""
        tubes = [case.tube for case in cases(self.messages * (number + 1))][-self.messages :]
        with self.database.write() as session:
            settle_many(session, tubes, NOW)

    def all_arrived(self, count: int) -> None:
        if count != self.messages:
            raise SystemExit(f"only {count} of {self.messages} messages arrived")

    def record_rows(self) -> tuple[Rows, Rows]:
        """Return the record's rows of the rounds before, and of the one just delivered."""
        with closing(sqlite3.connect(self.path)) as db:
            rows = list(db.execute("SELECT * FROM record_entry ORDER BY rowid"))
        return rows[: -self.messages], rows[-self.messages :]


def fill(folder: Path, rounds: int, messages: int) -> Filled:
    """Make a database of *rounds* times *messages* tubes."""
    vault.install(vault.Vault.create(folder / "vault.json"))
    path = folder / "server.sqlite"
    database = open_database(f"sqlite:///{path}")
    schema.upgrade(database)
    prepare(database, rounds * messages)
    routes.install([Route(HOOK), Route(QUICK)])
    return Filled(database, path, messages)


def copy_table(path: Path, filled: Filled, rows: Rows) -> None:
    """Make the record's table, with all its constraints and indexes, its persons, and *rows*."""
    engine = create_engine(f"sqlite:///{path}")
    tables: list[Any] = [Person.__table__, RecordEntry.__table__]
    RecordEntry.metadata.create_all(engine, tables)
    engine.dispose()
    with closing(sqlite3.connect(path)) as db:
        db.execute("ATTACH ? AS ours", [str(filled.path)])
        names = ", ".join(column.name for column in Person.__table__.columns)
        db.execute(f"INSERT INTO person ({names}) SELECT {names} FROM ours.person")  # noqa: S608
        db.commit()
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            db.executemany(f"INSERT INTO record_entry VALUES ({marks})", rows)  # noqa: S608
            db.commit()
