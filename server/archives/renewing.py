"""Files that are written anew, without people who were erased or under a new key; or go.

The new edition is on the disk and read back before the register names it; the old one goes after.
Who was killed in between leaves a file too many, which `left_over` finds.
"""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, make_transient

from server.archives import archiving, files
from server.archives.models import SUFFIX, Archive
from server.archives.months import Month
from server.archives.returning import ERASED, without_erased
from server.archives.shelves import BY_NAME, EVENTS
from server.audit.models import AuditEntry
from server.config import Settings
from server.db import Database
from server.declarations.models import CheckIn
from server.intake.models import WireEvent
from server.sampling.models import Pairing


def registered(session: Session) -> list[Archive]:
    """Return the files that there should be, oldest first."""
    standing = select(Archive).where(Archive.gone_at.is_(None))
    return list(session.scalars(standing.order_by(Archive.month, Archive.shelf, Archive.number)))


def due(made: Archive, settings: Settings, now: datetime) -> bool:
    """Return whether the time to keep everything in the file is over."""
    days: int = getattr(settings, BY_NAME[made.shelf].setting)
    return Month.parse(made.month).end + timedelta(days=days) <= now


def remove(database: Database, folder: Path, made: Archive, now: datetime) -> None:
    """Let a file go whose time is over."""
    with database.write() as session:
        session.get_one(Archive, (made.month, made.shelf, made.number)).gone_at = now
        archiving.note(session, "archive.removed", made, now)
    _unlink(folder, made.month, made.shelf, made.number, but="")


def forget(database: Database, folder: Path, made: Archive, now: datetime) -> bool:
    """Write a file anew without people who were erased since; return whether there were any."""
    if made.shelf != EVENTS.name:
        return False
    with database.read() as session:
        concerned = _erased_since(session, made)
    if concerned:
        renew(database, folder, made, now)
    with database.write() as session:
        session.get_one(Archive, (made.month, made.shelf, made.number)).checked_at = now
    return concerned


def _erased_since(session: Session, made: Archive) -> bool:
    asked = select(AuditEntry.subject).where(
        AuditEntry.action == ERASED, AuditEntry.at >= made.checked_at
    )
    persons = [UUID(each) for each in session.scalars(asked)]
    for told in (Pairing, CheckIn):
        events = select(told.id).where(told.person_id.in_(persons))
        within = Month.parse(made.month).holds(WireEvent.received_at)
        there = select(WireEvent.event_id).where(WireEvent.event_id.in_(events), within)
        if persons and session.scalar(there.limit(1)) is not None:
            return True
    return False


def renew(database: Database, folder: Path, made: Archive, now: datetime) -> None:
    """Write a file anew, under the keys in use; its old edition goes.

    One that holds nothing any more goes altogether.
    """
    make_transient(made)
    old, made.edition = made.name, made.edition + 1
    kept = _Kept(database, folder, made, old)
    archiving.seal(folder, made, kept.pieces(), now)
    with database.write() as session:
        found = session.get_one(Archive, (made.month, made.shelf, made.number))
        found.edition, found.size, found.digest = made.edition, made.size, made.digest
        if made.row_count:
            found.row_count = made.row_count
        else:
            found.gone_at = now
        archiving.note(session, "archive.renewed", made, now)
    keep = made.name if made.row_count else ""
    _unlink(folder, made.month, made.shelf, made.number, but=keep)


class _Kept:
    """The rows of the old edition that stay."""

    def __init__(self, database: Database, folder: Path, made: Archive, old: str) -> None:
        self._database, self._shelf = database, BY_NAME[made.shelf]
        self._path, self._digest = folder / old, made.digest

    def pieces(self) -> Iterator[files.Rows]:
        archiving.check_known(self._path, self._digest)
        with files.opened(self._path) as (_, pieces):
            for rows in pieces:
                with self._database.read() as session:
                    kept = without_erased(session, self._shelf, rows)
                if kept:
                    yield kept


def of_old_keys(database: Database, folder: Path) -> tuple[list[Archive], list[Archive]]:
    """Return the files that other keys open than the one in use, and those that are not here."""
    with database.read() as session:
        known = registered(session)
    away = [each for each in known if not (folder / each.name).exists()]
    here = [each for each in known if each not in away]
    return [each for each in here if files.is_of_old_key(folder / each.name)], away


def left_over(database: Database, folder: Path) -> list[Path]:
    """Return files whose time is over, or in whose place a newer edition is, by the register.

    None that the register does not know; nor an old edition while the newer one is not here whole.
    """
    with database.read() as session:
        known = list(session.scalars(select(Archive)))
    return sorted(path for made in known for path in _too_many(folder, made))


def _too_many(folder: Path, made: Archive) -> list[Path]:
    found = list(folder.glob(f"{made.month}-{made.shelf}-{made.number}.*{SUFFIX}"))
    if made.gone_at is not None:
        return found
    old = [path for path in found if _edition(path) < made.edition]
    here = folder / made.name
    return old if old and here.exists() and files.digest(here) == made.digest else []


def _edition(path: Path) -> int:
    number = path.name.removesuffix(SUFFIX).rpartition(".")[2]
    return int(number) if number.isdecimal() else sys.maxsize  # not a name that we give


def _unlink(folder: Path, month: str, shelf: str, number: int, *, but: str) -> None:
    for path in folder.glob(f"{month}-{shelf}-{number}.*{SUFFIX}"):
        if path.name != but:
            path.unlink()
