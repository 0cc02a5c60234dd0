"""Records that may be one person's: a question between them is open.  Reads only."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from contract import names
from server.people import merges
from server.people.models import IdentityQuestion, Person


def between(session: Session, ids: Iterable[UUID]) -> set[frozenset[UUID]]:
    """Return the two records of each open question that asks about any of *ids*.

    Not of two who are surely others: a mother's number is on her child's code, and an old number is
    that of several.  Those are two persons until somebody says otherwise.
    """
    some = list(ids)
    asked = select(IdentityQuestion.person_id, IdentityQuestion.other_id).where(_open_of(some))
    pairs = {frozenset((one, other)) for one, other in session.execute(asked)}
    return {pair for pair in pairs if _may_be_one(session, *pair)}


def _may_be_one(session: Session, one: UUID, other: UUID) -> bool:
    """Return whether two records may be one person's: a name may be short or turned about, and a
    year mistyped by one."""
    first, second = session.get_one(Person, one), session.get_one(Person, other)
    years = [each.birth_year for each in (first, second) if each.birth_year]
    if len(years) == 2 and abs(years[0] - years[1]) > 1:
        return False
    words = [names.loose_key(each.name or "").split() for each in (first, second)]
    return not all(words) or words[0][-1] in words[1] or words[1][-1] in words[0]


def around(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return every record of these people, and of those who may be the same as they.

    Two questions, where nobody has several records or is in doubt.
    """
    records = set(merges.roots_of(session, ids))
    beside = {each for both in between(session, records) for each in both} - records
    return records | set(merges.roots_of(session, beside)) if beside else records


def _open_of(ids: list[UUID]) -> ColumnElement[bool]:
    """Say it of each end by itself: only so SQLite goes by an index of open ones for either."""
    asked = IdentityQuestion.answered_at.is_(None)
    one, other = IdentityQuestion.person_id.in_(ids), IdentityQuestion.other_id.in_(ids)
    return or_(and_(asked, one), and_(asked, other))
