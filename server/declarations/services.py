"""Write into people's records.  The caller owns the transaction."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations.models import RecordEntry
from server.declarations.notice import Notice


def record_notice(
    session: Session, person_id: UUID, key: str, notice: Notice, *, now: datetime
) -> RecordEntry:
    """Add *notice* to a person's record; a *key* that was recorded before changes nothing."""
    known = session.scalar(select(RecordEntry).where(RecordEntry.key == key))
    if known:
        return known
    entry = RecordEntry(
        id=uuid4(),
        person_id=person_id,
        key=key,
        tube=notice.of,
        status=notice.status,
        reason=notice.reason,
        version=notice.version,
        sampled_at=notice.sampled_at,
        resulted_at=notice.resulted_at,
        place=notice.place,
        supersedes=notice.supersedes,
        recorded_at=now,
    )
    session.add(entry)
    session.flush()
    return entry
