"""A database that was set back: it is marked, so that no number is given twice (`numbering`), and
what may have been ended since lets nobody in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from server.accounts.set_back import close_doors
from server.audit import services as audit
from server.audit.models import AuditEntry
from server.db import Database
from server.lab.plates.services import highest_plate
from server.sampling import numbering
from server.sampling.number_models import LotGap
from server.upkeep.opening import BY

NOBODY: Mapping[int, int] = {}


def mark(
    session: Session,
    detail: str,
    *,
    made_at: datetime,
    now: datetime,
    taken: Mapping[int, int] = NOBODY,
) -> None:
    """Note that this database is what it was at *made_at*.  *taken*: see `numbering.set_aside`."""
    plates = highest_plate(session, now.year)
    numbering.set_aside(session, made_at=made_at, now=now, taken=taken, plates=plates)
    close_doors(session, now=now)
    audit.record(session, "backup.restored", "backup", by=BY, now=now, detail=detail)


def can_be_marked(database: Database) -> bool:
    """Return whether its shape knows of such marks: an old release's does not."""
    return inspect(database.engine).has_table(LotGap.__tablename__)


def given_out(database: Database) -> dict[int, int]:
    """Return how far each series is given out in a *database* of whatever shape."""
    asked = text("SELECT series, max(last) FROM lot WHERE series IS NOT NULL GROUP BY series")
    with database.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(asked)}


def last_written(database: Database) -> datetime | None:
    """Return when the newest entry of the trail was written: until then a copy reaches."""
    with database.read() as session:
        return session.scalar(select(func.max(AuditEntry.at)))
