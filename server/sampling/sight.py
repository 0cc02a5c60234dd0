"""Which tubes and persons somebody may look at, by where things were done (docs/access.md)."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from contract.tubes import Tube
from server.accounts.within import Within
from server.declarations.models import CheckIn
from server.people import merges, whole
from server.people.models import Disagreement, Person
from server.sampling import queries
from server.sampling.models import Pairing

# A condition takes longer to put together than to answer, and pages ask the same few.
_once_put_together = lru_cache(maxsize=1024)


@_once_put_together
def pairings(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of pairings' ids that the sample was taken in that scope."""
    if within.everywhere:
        return true()
    one = aliased(Pairing)  # never the table that the column itself is of
    return exists().where(one.id == of, within.rows(one.place))


@_once_put_together
def given(within: Within) -> ColumnElement[bool]:
    """Say of pairings that they are of that scope, or their person's record is seen whole."""
    return or_(within.rows(Pairing.place), whole.begun(within, Pairing.person_id))


@_once_put_together
def tubes(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of tubes that one was given to somebody in that scope."""
    if within.everywhere:
        return true()
    one = aliased(Pairing)
    return exists().where(one.tube == of, within.rows(one.place))


@_once_put_together
def persons(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of persons' ids that the record was begun, or that they were sampled or
    checked in, in that scope."""
    if within.everywhere:
        return true()
    begun, given, came = aliased(Person), aliased(Pairing), aliased(CheckIn)
    return or_(
        exists().where(begun.id == of, within.rows(begun.place)),
        exists().where(given.person_id == of, within.rows(given.place)),
        exists().where(came.person_id == of, within.rows(came.place)),
    )


@_once_put_together
def doubts(within: Within) -> ColumnElement[bool]:
    """Say of one number with two names that it was shown in that scope, or that the record is seen
    whole: the answer says whose sample a tube is, so one visit somewhere is no ground for it."""
    if within.everywhere:
        return true()
    given, came = aliased(Pairing), aliased(CheckIn)
    return or_(
        exists().where(given.id == Disagreement.event_id, within.rows(given.place)),
        exists().where(came.id == Disagreement.event_id, within.rows(came.place)),
        whole.begun(within, Disagreement.person_id),
    )


def sees_person(session: Session, within: Within, person_id: UUID) -> bool:
    """Return whether any record of that person is seen: records that are one are shown as one."""
    ids = merges.together(session, person_id)
    found = select(Person.id).where(Person.id.in_(ids), persons(within, Person.id))
    return session.scalar(found.limit(1)) is not None


def sees_tube(session: Session, within: Within, tube: Tube) -> bool:
    """A tube that was given to nobody goes by its lot."""
    places = session.scalars(select(Pairing.place).where(Pairing.tube == tube)).all()
    if places:
        return any(within.covers(place) for place in places)
    lot = queries.lot_of(session, tube)
    return within.everywhere or (lot is not None and within.covers(lot.place))
