"""Write into people's records.  The caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations.models import RecordEntry
from server.declarations.notice import Notice
from server.rows import insert_rows, ordered_id


def record_notice(
    session: Session, person_id: UUID, key: str, notice: Notice, *, now: datetime
) -> RecordEntry:
    """Add *notice* to a person's record; a *key* that was recorded before changes nothing."""
    (entry_id,) = record_notices(session, [(person_id, notice, key)], now=now)
    return session.get_one(RecordEntry, entry_id)


def record_notices(
    session: Session, notices: Sequence[tuple[UUID, Notice, str]], *, now: datetime
) -> list[UUID]:
    """Add (person, notice, key)s to people's records; return the entry of each, in their order."""
    keys = [key for _, _, key in notices]
    asked = select(RecordEntry.key, RecordEntry.id).where(RecordEntry.key.in_(keys))
    known = {row[0]: row[1] for row in session.execute(asked)}
    rows = []
    for person_id, notice, key in notices:
        if key not in known:
            known[key] = ordered_id(now)
            rows.append(_row(known[key], person_id, key, notice, now))
    insert_rows(session, RecordEntry, rows)
    return [known[key] for key in keys]


def _row(
    entry: UUID, person_id: UUID, key: str, notice: Notice, now: datetime
) -> dict[str, object]:
    return {
        "id": entry,
        "person_id": person_id,
        "key": key,
        "tube": notice.of,
        "status": notice.status,
        "reason": notice.reason,
        "version": notice.version,
        "sampled_at": notice.sampled_at,
        "resulted_at": notice.resulted_at,
        "place": notice.place,
        "supersedes": notice.supersedes,
        "recorded_at": now,
    }
