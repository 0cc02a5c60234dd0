"""What an archive holds, read by a person or put back where it was.  The file stays.

Of people who were erased since, nothing comes back; nor of a check-in whose time is over.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, not_, select, update
from sqlalchemy.orm import Session

from server.archives.archiving import key_of, note, read
from server.archives.models import Archive
from server.archives.shelves import BY_NAME, EVENTS, Shelf
from server.audit.models import AuditEntry
from server.db import Database
from server.declarations.models import CheckIn
from server.sampling.models import Pairing
from server.upkeep.keeping import CHECKED_IN

ERASED = "person.erased"


def restore(database: Database, folder: Path, made: Archive, reason: str, now: datetime) -> int:
    """Put rows back whose place is there and empty; return how many.  Again it changes nothing."""
    shelf, count = BY_NAME[made.shelf], 0
    for rows in read(folder, made):
        with database.write() as session:
            count += _put_back(session, shelf, without_erased(session, shelf, rows))
    with database.write() as session:
        session.get_one(Archive, (made.month, made.shelf, made.number)).emptied_at = None
        note(session, "archive.restored", made, now, f"{count} of {made.row_count} rows: {reason}")
    return count


def _put_back(session: Session, shelf: Shelf, rows: list[list[Any]]) -> int:
    table, names = shelf.table, [column.name for column in shelf.table.columns]
    keys = [column.name for column in table.primary_key.columns]
    own = and_(*(table.columns[name] == bindparam(f"key_{name}") for name in keys))
    same = own & (table.columns["hash"] == bindparam("key_hash")) if shelf is EVENTS else own
    written = update(table).where(same, not_(shelf.holds_something()))
    written = written.values({name: bindparam(f"new_{name}") for name in shelf.goes})
    count = 0
    for row in rows:
        told = dict(zip(names, row, strict=True))
        values = {f"key_{k}": v for k, v in zip(keys, key_of(shelf, row), strict=True)}
        if shelf is EVENTS:
            values["key_hash"] = told["hash"]
        values |= {f"new_{name}": told[name] for name in shelf.goes}
        done: Any = session.execute(written, values)
        count += done.rowcount
    return count


def look(
    database: Database, folder: Path, made: Archive, reason: str, now: datetime
) -> Iterator[Mapping[str, Any]]:
    """Yield every row as a mapping; who reads leaves a trace first."""
    names = [column.name for column in BY_NAME[made.shelf].table.columns]
    with database.write() as session:
        note(session, "archive.read", made, now, reason)
    for rows in read(folder, made):
        with database.read() as session:
            kept = without_erased(session, BY_NAME[made.shelf], rows)
        yield from (dict(zip(names, row, strict=True)) for row in kept)


def without_erased(session: Session, shelf: Shelf, rows: list[list[Any]]) -> list[list[Any]]:
    """Return *rows* without the events that showed the codes of people who were erased.

    Nor those of check-ins that are gone (files had such events once): nobody knows whose they were.
    """
    if shelf is not EVENTS:
        return rows
    ids = {key_of(shelf, row)[0]: row for row in rows}
    kind = list(shelf.table.columns.keys()).index("kind")
    came = {event for event, row in ids.items() if row[kind] == CHECKED_IN}
    gone = erased_among(session, list(ids))
    gone |= came - set(session.scalars(select(CheckIn.id).where(CheckIn.id.in_(came))))
    return [row for event, row in ids.items() if event not in gone]


def erased_among(session: Session, events: list[UUID]) -> set[UUID]:
    """Return those of *events* that were of people who are erased by now."""
    whose: dict[UUID, str] = {}
    for told in (Pairing, CheckIn):
        asked = select(told.id, told.person_id).where(told.id.in_(events))
        whose |= {event: str(person) for event, person in session.execute(asked)}
    persons = sorted(set(whose.values()))
    asked_for = AuditEntry.subject.in_(persons), AuditEntry.action == ERASED
    erased = set(session.scalars(select(AuditEntry.subject).where(*asked_for)))
    return {event for event, person in whose.items() if person in erased}
