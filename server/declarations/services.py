"""Write into people's records.  The caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import among, listed
from server.declarations.models import RecordEntry
from server.declarations.notice import Notice
from server.rows import Stored, insert_stored, new_ids, stored_id, stored_times

COLUMNS = (
    "id", "person_id", "key", "tube", "status", "reason", "version", "sampled_at", "resulted_at",
    "place", "supersedes", "recorded_at",
)  # fmt: skip
_KNOWN = select(RecordEntry.key).where(among(RecordEntry.key, "keys"))


def record_notice(
    session: Session, person_id: UUID, key: str, notice: Notice, *, now: datetime
) -> RecordEntry:
    """Add *notice* to a person's record; a *key* that was recorded before changes nothing."""
    record_notices(session, [(str(person_id), notice, key)], now=now)
    return session.scalars(select(RecordEntry).where(RecordEntry.key == key)).one()


def record_notices(
    session: Session, notices: Sequence[tuple[str, Notice, str]], *, now: datetime
) -> None:
    """Add (person, notice, key)s to people's records: most of what the outbox ever delivers.

    A person is named by their id as `str` writes it.  What was recorded before changes nothing.
    """
    keys = [key for _, _, key in notices]
    known = set(session.scalars(_KNOWN, {"keys": listed(keys)}))
    new = {key: (person, notice) for person, notice, key in notices if key not in known}
    insert_stored(session, RecordEntry, COLUMNS, _rows(session, new, now))


def _rows(session: Session, new: dict[str, tuple[str, Notice]], now: datetime) -> list[Stored]:
    time, whose, at = stored_times(session), stored_id(session), stored_times(session)(now)
    return [
        (
            entry, whose(person), key, said.tube, said.status, said.reason, said.version,
            time(said.sampled_at), time(said.resulted_at) if said.resulted_at else None,
            said.place, said.supersedes, at,
        )
        for entry, (key, (person, said)) in zip(new_ids(now, len(new)), new.items(), strict=True)
    ]  # fmt: skip
