"""Copies of the whole database while everything runs: consistent, encrypted, one file each.

SQLite is copied by its own on-line copy, which sees one moment.  PostgreSQL is read table by table
in one REPEATABLE READ transaction, which sees one moment, too.  A copy never holds the key file.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, text

from server.db import Database
from server.upkeep import postgres_copy, strongbox
from server.upkeep.copies import NAMED, SUFFIX
from server.upkeep.strongbox import Header, NotReadable

_AT_ONCE = 1 << 20
_WORKING = ".copy"  # how the name of a folder begins in which a copy is being made
_LEFT_BEHIND = 86400.0  # seconds: no copy takes so long


def make(database: Database, folder: Path, *, now: datetime) -> Path:
    """Write a copy of *database* as it is at one moment; on the disk, whole, on return."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    at = now.astimezone(UTC)
    target = folder / f"{at:{NAMED}}{SUFFIX}"
    with TemporaryDirectory(prefix=_WORKING, dir=folder) as inside:  # its own: two may run at once
        new = Path(inside) / target.name
        with _copying(database, Path(inside)) as (revision, parts):
            _pack(new, parts, made_at=at, engine=database.engine.dialect.name, revision=revision)
        new.rename(target)
    return target


def _sweep(folder: Path) -> None:
    """Remove what a copy left that a power cut ended: it holds the database, not sealed."""
    for path in folder.glob(f"{_WORKING}*"):
        with suppress(FileNotFoundError):  # another one swept it, or ended just now
            if time.time() - path.stat().st_mtime > _LEFT_BEHIND:
                rmtree(path) if path.is_dir() else path.unlink()


def _pack(
    new: Path, parts: Iterator[bytes], *, made_at: datetime, engine: str, revision: str
) -> None:
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        box = strongbox.Writer(file, made_at=made_at.isoformat(), engine=engine, revision=revision)
        for part in parts:
            box.frame(part)
        box.close()
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _copying(database: Database, inside: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give the revision of the copy, and its parts one after the other."""
    if database.engine.dialect.name == "sqlite":
        copy = inside / "copy.sqlite"
        yield _copy_sqlite(database, copy), _pieces(copy)
        return
    with database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        yield _revision(connection), postgres_copy.parts(connection)


def _revision(connection: Connection) -> str:
    found: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return found


def _copy_sqlite(database: Database, target: Path) -> str:
    """Copy in one step: it sees one moment, and writers go on meanwhile.

    Raises NotReadable where the copy is damaged, as the database is then: nothing is packed.
    """
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
        _look_through(copy)
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def _look_through(copy: sqlite3.Connection) -> None:
    try:
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise NotReadable(
            f"cơ sở dữ liệu hỏng, chưa sao lưu: {found}",
            f"the database is damaged, no backup was made of it: {found}",
        )


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
            raise NotReadable("bản sao lưu này trống", "this backup is empty")
        return box.header
