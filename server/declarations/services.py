"""Write into people's records.  The caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat
from uuid import UUID

from msgspec.structs import astuple
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.declarations.models import RecordEntry
from server.declarations.notice import Notice
from server.rows import insert_stored, new_ids, stored_id
from server.stored_times import stored_time, stored_time_each

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
    record_notices(session, [str(person_id)], [key], [notice], now=now)
    return session.scalars(stands).one()


def record_notices(
    session: Session, persons: Sequence[str], keys: Sequence[str], notices: Sequence[Notice],
    *, now: datetime,
) -> None:  # fmt: skip
    """Add *notices* to the records of *persons*, under *keys*: most of what is ever delivered.

    A person is named by their id as `str` writes it.  What was recorded before is not looked for:
    the database refuses it, and all of them with it.  Column by column: each row for itself costs
    twice as much.
    """
    if not notices:
        return
    whose = stored_id(session)
    tubes, statuses, reasons, versions, sampled, resulted, places, before = zip(
        *map(astuple, notices), strict=True
    )
    rows = zip(
        new_ids(now, len(notices)), map(whose, persons), keys, tubes, statuses, reasons, versions,
        stored_time_each(session, sampled), stored_time_each(session, resulted), places, before,
        repeat(stored_time(session, now)),
    )  # fmt: skip
    insert_stored(session, RecordEntry, COLUMNS, list(rows))
