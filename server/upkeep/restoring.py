"""A backup comes back: into an empty database, or in the place of SQLite's present one.

Whatever ends it, what was there before is in its place, or what comes back, whole, in the newest
shape and with all that *before* writes into it: never one that nobody knows was set back.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from server import schema
from server.db import Database, open_database
from server.upkeep import postgres_copy, strongbox
from server.upkeep.backups import check
from server.upkeep.strongbox import Header, NotReadable

Before = Callable[[Session, Header], object]
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside its file


def restore(database: Database, path: Path, *, before: Before | None = None) -> Header:
    """Put a backup into an empty *database*, in the newest shape.

    It knows nothing of what was written since: *before* marks it (`set_back.mark`).
    Raises NotReadable, and NotEmpty where there is something already.
    """
    with path.open("rb") as file:
        box = strongbox.Reader(file)
        engine = database.engine.dialect.name
        if box.header.engine != engine:
            raise NotReadable(
                f"bản sao lưu này của {box.header.engine}, còn cơ sở dữ liệu là {engine}",
                f"this backup is of {box.header.engine}, the database is {engine}",
            )
        schema.check_known(box.header.revision)
        check(path)
        if engine == "sqlite":
            _restore_sqlite(database, box, before)
        else:
            _restore_shared(database, box, before)
    return box.header


def _restore_sqlite(database: Database, box: strongbox.Reader, before: Before | None) -> None:
    target = Path(str(database.engine.url.database))
    database.engine.dispose()
    _must_be_free(target)
    new = _unpacked(target, box)
    comes = open_database(f"sqlite:///{new}")
    try:
        schema.upgrade(comes)
        if before is not None:
            with comes.write() as session:
                before(session, box.header)
    finally:
        comes.engine.dispose()
    _fold(new)
    _must_be_free(target)  # that took a while
    new.rename(target)
    _keep_names(target.parent)


def _must_be_free(target: Path) -> None:
    if any(target.with_name(target.name + end).exists() for end in ("", *_BESIDE)):
        raise postgres_copy.NotEmpty(
            f"đã có cơ sở dữ liệu {target}: khôi phục vào chỗ trống, hoặc dừng máy chủ, cất tệp ấy "
            "đi (cả -wal, -shm) rồi chạy lại",
            f"there is a database {target}: restore where there is none, or stop the server, put "
            "that file (and -wal, -shm) away and run this again",
        )


def _restore_shared(database: Database, box: strongbox.Reader, before: Before | None) -> None:
    """All of it is one transaction: nobody sees what is not marked."""

    def complete(connection: Connection) -> None:
        schema.upgrade_on(connection)
        if before is not None:
            with Session(connection) as session:
                before(session, box.header)
                session.commit()  # the session's part; the transaction goes on

    postgres_copy.restore(database, box.header.revision, box.frames(), then=complete)


def _unpacked(target: Path, box: strongbox.Reader) -> Path:
    """Write the database that a backup holds beside *target*, whole and looked through."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = target.with_name(target.name + ".restoring")
    for end in ("", *_BESIDE):  # of one that was cut off: SQLite would write it into this one
        new.with_name(new.name + end).unlink(missing_ok=True)
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        for part in box.frames():
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    with closing(sqlite3.connect(new)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise NotReadable(
                f"dữ liệu trong bản sao lưu đã hỏng: {found}",
                f"what the backup holds is damaged: {found}",
            )
    return new


def put_back(
    database: Database,
    path: Path,
    *,
    now: datetime,
    before: Callable[[Database, Header], object] | None = None,
) -> Path:
    """Put a backup in the place of SQLite's *database*, in the shape that it has; return the file
    that the present one is from now on.  Cut off anywhere, one of the two is in its place.

    *before* may write into what comes back before it is there.
    """
    target = Path(str(database.engine.url.database))
    with path.open("rb") as file:
        box = strongbox.Reader(file)
        if box.header.engine != "sqlite":
            raise NotReadable(
                f"bản sao lưu này của {box.header.engine}", f"this backup is of {box.header.engine}"
            )
        check(path)
        new = _unpacked(target, box)
    if before is not None:
        opened = open_database(f"sqlite:///{new}")
        before(opened, box.header)
        opened.engine.dispose()
        _fold(new)
    database.engine.dispose()
    _fold(target)
    aside = target.with_name(f"{target.name}.left-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    os.link(target, aside)
    new.replace(target)
    _keep_names(target.parent)
    return aside


def _keep_names(folder: Path) -> None:
    """Have the disk know what the files of *folder* are called now."""
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _fold(target: Path) -> None:
    """Have everything in SQLite's one file; raise NotReadable while another process has it open."""
    with closing(sqlite3.connect(target)) as present:
        (busy, *_) = present.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    beside = target.with_name(f"{target.name}-wal")
    if busy or (beside.exists() and beside.stat().st_size):
        raise NotReadable(
            f"một tiến trình khác đang mở {target}: dừng nó trước",
            f"another process has {target} open: stop it first",
        )
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
