"""Which records are one person's, for lists and traces of thousands.  Reads only, past the ORM.

Records are told by their 32 digits here, as the comers of check-ins are.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from server.db import among_ids, listed
from server.people.merge_models import PersonMerge
from server.rows import stored_rows

_STANDS = PersonMerge.undone_at.is_(None)
# One parameter, and one statement, for any number of records.  Said of each end by itself: only so
# SQLite goes by an index for either.
_EDGES = select(PersonMerge.person_id, PersonMerge.other_id).where(
    or_(
        and_(_STANDS, among_ids(PersonMerge.person_id, "records")),
        and_(_STANDS, among_ids(PersonMerge.other_id, "records")),
    )
)
_LIVE = (
    select(PersonMerge.person_id, PersonMerge.other_id)
    .where(_STANDS)
    .limit(bindparam("most", type_=Integer))
)


def records_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return for each of *ids* whose person has other records all of these."""
    some = {each.hex: each for each in ids}
    return {
        some[each]: [UUID(record) for record in records]
        for records in people_among(session, list(some))
        for each in records
        if each in some
    }


def people_among(session: Session, records: Sequence[str]) -> list[list[str]]:
    """Return all records of each person who has one of *records* and others.

    One question for any number of records, where none of them was merged.
    """
    known: dict[str, list[str]] = {}
    asked, seen = list(records), set(records)
    while asked:
        edges = stored_rows(session, _EDGES, {"records": listed(asked)})
        asked = []
        for one, other in (map(_digits, edge) for edge in edges):
            asked += {one, other} - seen
            seen |= {one, other}
            kept, gone = known.setdefault(one, [one]), known.setdefault(other, [other])
            if kept is not gone:
                kept += gone
                known |= dict.fromkeys(gone, kept)
    return list({id(each): each for each in known.values()}.values())


def merged_records(session: Session, most: int) -> set[str] | None:
    """Return every merged record; None where there are more merges than *most*."""
    rows = stored_rows(session, _LIVE, {"most": most + 1})
    return {_digits(each) for row in rows for each in row} if len(rows) <= most else None


def _digits(stored: Any) -> str:
    """Return an id as `listed` has it: PostgreSQL's driver gives an object, SQLite's the digits."""
    return stored.hex if isinstance(stored, UUID) else str(stored)
