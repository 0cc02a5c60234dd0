"""Out of the database into a file, and back: each step safe to be killed in and begun again.

(1) The rows are written into a file.  (2) The file is read from end to end and summed up.  (3) It
is put into the register.  (4) What it holds leaves the database, a piece in a transaction, by the
file's own rows.  So nothing leaves that was not read back; and what is left of a row is what every
rule reads, so that nothing means another thing afterwards.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, func, literal, select, tuple_, update
from sqlalchemy.orm import Session

from server import schema
from server.archives import files
from server.archives.models import Archive
from server.archives.months import Month
from server.archives.openness import still_open
from server.archives.shelves import BY_NAME, Damaged, Shelf
from server.audit import services as audit
from server.db import Database
from server.errors import DomainError
from server.upkeep.strongbox import NotReadable

PIECE = 500
BY = "operator"


class StillOpen(DomainError):
    code = "month-still-open"


class NotThisFile(DomainError):
    code = "archive-not-this-file"


def check_closed(session: Session, month: Month, now: datetime) -> None:
    """Raise StillOpen where the month is not over, or something of it waits."""
    if now < month.end:
        raise StillOpen(f"Tháng {month} chưa hết.", f"The month {month} is not over.")
    if waits := still_open(session, month):
        said = ", ".join(f"{count} {what}" for what, count in waits.items())
        raise StillOpen(
            f"Tháng {month} chưa đóng: còn {said}.", f"The month {month} is not closed: {said}."
        )


def make(
    database: Database, folder: Path, month: Month, shelf: Shelf, now: datetime
) -> Archive | None:
    """Archive what is full of one shelf; None where nothing is.  Raises StillOpen, Damaged."""
    with database.read() as session:
        check_closed(session, month, now)
        begun = _begun(session, month, shelf)
    if begun is not None:  # killed between the file and the emptying, or brought back
        empty(database, folder, begun, now)
    with database.read() as session:
        key = shelf.table.primary_key.columns[0]
        if session.scalar(select(key).where(shelf.full(month)).limit(1)) is None:
            return begun
        number = _next_number(session, month, shelf)
    made = write(database, folder, month, shelf, number, now)
    empty(database, folder, made, now)
    return made


def _begun(session: Session, month: Month, shelf: Shelf) -> Archive | None:
    found = select(Archive).where(
        Archive.month == str(month), Archive.shelf == shelf.name,
        Archive.emptied_at.is_(None), Archive.gone_at.is_(None),
    )  # fmt: skip
    return session.scalar(found.order_by(Archive.number).limit(1))


def _next_number(session: Session, month: Month, shelf: Shelf) -> int:
    mine = Archive.month == str(month), Archive.shelf == shelf.name
    return (session.scalar(select(func.max(Archive.number)).where(*mine)) or 0) + 1


def write(
    database: Database, folder: Path, month: Month, shelf: Shelf, number: int, now: datetime
) -> Archive:
    """Write the file, read it back, and put it into the register."""
    made = Archive(
        month=str(month), shelf=shelf.name, number=number, edition=1, made_at=now, checked_at=now,
        emptied_at=None, gone_at=None,
    )  # fmt: skip
    seal(folder, made, rows_of(database, month, shelf), now)
    with database.write() as session:
        session.add(made)
        note(session, "archive.made", made, now)
    return made


def seal(folder: Path, made: Archive, pieces: Iterator[files.Rows], now: datetime) -> None:
    """Write the file of *made* and read it from end to end; what it says of itself follows."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shelf, target = BY_NAME[made.shelf], folder / made.name
    new = target.with_name(f".{target.name}")
    names = [column.name for column in shelf.table.columns]
    contents = files.Contents(made.month, shelf.name, shelf.table_name, names)
    wrote = files.write(new, contents, pieces, at=now, revision=schema.newest_revision() or "")
    if files.check(new) != wrote:
        raise NotReadable(
            f"{new} không chứa những gì đã ghi: đĩa có hỏng không?",
            f"{new} does not hold what was written: is the disk well?",
        )
    new.replace(target)
    _sync(folder)
    made.row_count, made.size = wrote, target.stat().st_size
    made.digest = files.digest(target)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def rows_of(database: Database, month: Month, shelf: Shelf) -> Iterator[files.Rows]:
    """Yield the rows of a shelf, a piece at a time, in the order of their keys.

    Raises Damaged at a row that its own hash does not fit.
    """
    after: list[Any] | None = None
    while True:
        with database.read() as session:
            found = [dict(row) for row in session.execute(_piece(month, shelf, after)).mappings()]
        for row in found:
            if not shelf.sound(row):
                raise Damaged(f"{shelf.table_name} {_key(shelf, row)} is not what its hash says")
        if found:
            yield [list(row.values()) for row in found]
        if len(found) < PIECE:
            return
        after = _key(shelf, found[-1])


def _piece(month: Month, shelf: Shelf, after: list[Any] | None) -> Any:
    keys = list(shelf.table.primary_key.columns)
    asked = select(*shelf.table.columns).where(shelf.full(month))
    if after is not None:
        last = [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        asked = asked.where(tuple_(*keys) > tuple_(*last))
    return asked.order_by(*keys).limit(PIECE)


def _key(shelf: Shelf, row: Any) -> list[Any]:
    return [row[column.name] for column in shelf.table.primary_key.columns]


def empty(database: Database, folder: Path, made: Archive, now: datetime) -> int:
    """Take out of the database what the file holds; return how many rows still were full."""
    shelf, count = BY_NAME[made.shelf], 0
    for rows in read(folder, made):
        with database.write() as session:
            these = among([key_of(shelf, row) for row in rows], shelf) & shelf.holds_something()
            done: Any = session.execute(update(shelf.table).where(these).values(dict(shelf.goes)))
            count += done.rowcount
    with database.write() as session:
        session.get_one(Archive, (made.month, made.shelf, made.number)).emptied_at = now
        note(session, "archive.emptied", made, now, f"{count} of {made.row_count} rows")
    made.emptied_at = now
    return count


def read(folder: Path, made: Archive) -> Iterator[files.Rows]:
    """Yield the rows of a registered file.  Raises NotThisFile, NotReadable."""
    path = folder / made.name
    check_known(path, made.digest)
    with files.opened(path) as (_, pieces):
        yield from pieces


def check_known(path: Path, digest: str) -> None:
    """Raise NotThisFile where the register knows another file by that name, or it is away."""
    if not path.exists() or files.digest(path) != digest:
        raise NotThisFile(
            f"{path} không có, hoặc không phải tệp đã ghi sổ.",
            f"{path} is not there, or is not the file that the register knows.",
        )


def key_of(shelf: Shelf, row: list[Any]) -> list[Any]:
    """Return the key of a row as it is read from a file."""
    return [
        UUID(value) if isinstance(column.type, Uuid) else value
        for column, value in zip(shelf.table.columns, row, strict=True)
        if column.primary_key
    ]


def among(keys: list[list[Any]], shelf: Shelf) -> ColumnElement[bool]:
    """Return the condition that a row has one of *keys*."""
    columns = list(shelf.table.primary_key.columns)
    if len(columns) == 1:
        one: ColumnElement[bool] = columns[0].in_([key[0] for key in keys])
        return one
    several: ColumnElement[bool] = tuple_(*columns).in_([tuple(key) for key in keys])
    return several


def note(session: Session, action: str, made: Archive, now: datetime, detail: str = "") -> None:
    """Leave a trace."""
    said = detail or f"{made.row_count} rows, {made.digest[:16]}"
    subject = f"{made.month} {made.shelf} {made.number}.{made.edition}"
    audit.record(session, action, subject, by=BY, now=now, detail=said)
