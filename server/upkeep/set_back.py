"""A database that was set back: it is marked, so that no number is given twice (`numbering`), and
what may have been ended since lets nobody in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from server.accounts.set_back import close_doors
from server.audit import services as audit
from server.audit.models import AuditEntry
from server.db import Database
from server.lab.plates.services import highest_plate
from server.sampling import numbering
from server.sampling.number_models import LotGap
from server.sampling.numbering import GivenOut
from server.upkeep import passed_over
from server.upkeep.opening import BY


def mark(
    session: Session,
    detail: str,
    *,
    made_at: datetime,
    now: datetime,
    notes: Sequence[Path],
    others: Iterable[GivenOut] = (),
) -> None:
    """Note that this database is what it was at *made_at*, and in the folders *notes* how far
    numbers are passed over.  *others*: see `numbering.set_aside`."""
    plates = highest_plate(session, now.year)
    known = [*passed_over.read(notes), *others]
    numbering.set_aside(session, made_at=made_at, now=now, others=known, plates=plates)
    close_doors(session, now=now)
    audit.record(session, "backup.restored", "backup", by=BY, now=now, detail=detail)
    # Before it is committed: a note of what did not come to be costs numbers alone.
    passed_over.keep(notes, numbering.given_out(session, now))


def can_be_marked(database: Database) -> bool:
    """Return whether its shape knows of such marks: an old release's does not."""
    return inspect(database.engine).has_table(LotGap.__tablename__)


def last_written(database: Database) -> datetime | None:
    """Return when the newest entry of the trail was written: until then a copy reaches."""
    with database.read() as session:
        return session.scalar(select(func.max(AuditEntry.at)))
