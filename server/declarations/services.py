"""Write into people's records.  The caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations.models import RecordEntry
from server.declarations.notice import Notice
from server.rows import Stored, insert_stored, new_ids, stored_id, stored_times

COLUMNS = (
    "id", "person_id", "key", "tube", "status", "reason", "version", "sampled_at", "resulted_at",
    "place", "supersedes", "recorded_at",
)  # fmt: skip


def record_notice(
    session: Session, person_id: UUID, key: str, notice: Notice, *, now: datetime
) -> RecordEntry:
    """Add *notice* to a person's record; a *key* that was recorded before changes nothing."""
    stands = select(RecordEntry).where(RecordEntry.key == key)
    known = session.scalar(stands)
    if known is not None:
        return known
    record_notices(session, [(str(person_id), notice, key)], now=now)
    return session.scalars(stands).one()


def record_notices(
    session: Session, notices: Sequence[tuple[str, Notice, str]], *, now: datetime
) -> None:
    """Add (person, notice, key)s to people's records: most of what the outbox ever delivers.

    A person is named by their id as `str` writes it.  What was recorded before is not looked for:
    the database refuses it, and all of them with it.
    """
    time, whose, at = stored_times(session), stored_id(session), stored_times(session)(now)
    rows: list[Stored] = [
        (
            entry, whose(person), key, said.tube, said.status, said.reason, said.version,
            time(said.sampled_at), time(said.resulted_at) if said.resulted_at else None,
            said.place, said.supersedes, at,
        )
        for entry, (person, said, key) in zip(new_ids(now, len(notices)), notices, strict=True)
    ]  # fmt: skip
    insert_stored(session, RecordEntry, COLUMNS, rows)
