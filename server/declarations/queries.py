"""What stands in people's records.  Reads only."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations.models import RecordEntry


def record_of(session: Session, person_id: UUID) -> list[RecordEntry]:
    """Return a person's record: newest sample first, and of each tube the current version first."""
    found = (
        select(RecordEntry)
        .where(RecordEntry.person_id == person_id)
        .order_by(RecordEntry.sampled_at.desc(), RecordEntry.tube, RecordEntry.version.desc())
    )
    return list(session.scalars(found))
