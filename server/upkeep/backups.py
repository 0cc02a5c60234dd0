"""Copies of the whole database while everything runs: consistent, encrypted, one file each.

SQLite is copied by its own on-line copy, which sees one moment.  PostgreSQL is read table by table
in one REPEATABLE READ transaction, which sees one moment, too.  A copy never holds the key file.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from server import schema
from server.db import Database
from server.upkeep import postgres_copy, strongbox
from server.upkeep.strongbox import Header, NotReadable

SUFFIX = ".ghepmau-backup"
_AT_ONCE = 1 << 20


def names_in(folder: Path) -> list[Path]:
    """Return the backups in *folder*, oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def make(database: Database, folder: Path, *, now: datetime) -> Path:
    """Write a copy of *database* as it is at one moment; on the disk, whole, on return."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = now.astimezone(UTC)
    target = folder / f"{at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    new = target.with_name(target.name + ".new")
    engine = database.engine.dialect.name
    handle = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file, _copying(database, folder) as (revision, parts):
        box = strongbox.Writer(file, made_at=at.isoformat(), engine=engine, revision=revision)
        for part in parts:
            box.frame(part)
        box.close()
        file.flush()
        os.fsync(file.fileno())
    new.rename(target)
    return target


class _copying:  # noqa: N801 - used as a function
    """Give the revision of the copy, and its parts one after the other."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._open: list[Any] = []
        self._temporary: Path | None = None

    def __enter__(self) -> tuple[str, Iterator[bytes]]:
        if self._database.engine.dialect.name == "sqlite":
            self._temporary = self._folder / ".copy.sqlite"
            self._temporary.unlink(missing_ok=True)
            return _copy_sqlite(self._database, self._temporary), _pieces(self._temporary)
        connection = self._database.engine.connect().execution_options(
            isolation_level="REPEATABLE READ"
        )
        self._open.append(connection)
        return _revision(connection), postgres_copy.parts(connection)

    def __exit__(self, *_: object) -> None:
        for each in self._open:
            each.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)


def _revision(connection: Connection) -> str:
    found: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return found


def _copy_sqlite(database: Database, target: Path) -> str:
    """Copy in one step: it sees one moment, and writers go on meanwhile."""
    handle = os.open(target, os.O_CREAT | os.O_WRONLY, 0o600)
    os.close(handle)
    with closing(sqlite3.connect(target)) as copy:
        raw = database.engine.raw_connection()
        try:
            source: Any = raw.driver_connection
            source.backup(copy, pages=-1)
        finally:
            raw.close()
        copy.execute("PRAGMA journal_mode=DELETE")
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            yield part


def check(path: Path) -> Header:
    """Open the whole of a backup; raises NotReadable where it would not come back."""
    with path.open("rb") as file:
        box = strongbox.Reader(file)
        size = sum(len(part) for part in box.frames())
        if not size:
            raise NotReadable("this backup is empty")
        return box.header


def restore(database: Database, path: Path) -> Header:
    """Put a backup into an empty *database* and bring it to the newest shape.

    Raises NotReadable, and NotEmpty where there is something already.
    """
    with path.open("rb") as file:
        box = strongbox.Reader(file)
        engine = database.engine.dialect.name
        if box.header.engine != engine:
            raise NotReadable(f"this backup is of {box.header.engine}, the database is {engine}")
        check(path)
        if engine == "sqlite":
            _restore_sqlite(database, box)
        else:
            postgres_copy.restore(database, box.header.revision, box.frames())
    schema.upgrade(database)
    return box.header


def _restore_sqlite(database: Database, box: strongbox.Reader) -> None:
    target = Path(str(database.engine.url.database))
    database.engine.dispose()
    if any(target.with_name(target.name + end).exists() for end in ("", "-wal", "-shm")):
        raise postgres_copy.NotEmpty(f"there is a database {target}: restore where there is none")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = target.with_name(target.name + ".restoring")
    handle = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        for part in box.frames():
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    with closing(sqlite3.connect(new)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise NotReadable(f"what the backup holds is damaged: {found}")
    new.rename(target)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups beyond *keep*; return which."""
    gone = names_in(folder)[:-keep] if keep else []
    for path in gone:
        path.unlink()
    return gone
