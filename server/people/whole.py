"""Whose record somebody sees whole: where one record of the person was begun in their places.

Who sees a person only because of a sample or a check-in (`sampling.sight`) sees that and no more:
they change nothing of the record, take nothing out of it, and cannot make it theirs by a merge.
"""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from server.accounts.within import Within
from server.people.merge_models import PersonMerge
from server.people.models import IdentityQuestion, Person
from server.people.queries import no_person


@lru_cache(maxsize=1024)  # put together once for each column: that takes longer than the answer
def begun(within: Within, of: Any) -> ColumnElement[bool]:
    """Say of a column of persons' ids that this record, or one merged with it, was begun there."""
    if within.everywhere:
        return true()
    one = aliased(Person)
    here = exists().where(one.id == of, within.rows(one.place))
    return or_(here, of.in_(_merged_with(within)))


@lru_cache(maxsize=1024)
def both_records(within: Within) -> ColumnElement[bool]:
    """Say of a question about two records that both were begun in that scope."""
    return and_(begun(within, IdentityQuestion.person_id), begun(within, IdentityQuestion.other_id))


def is_whole(session: Session, within: Within, person_id: UUID) -> bool:
    found = select(Person.id).where(Person.id == person_id, begun(within, Person.id))
    return session.scalar(found) is not None


def check_whole(session: Session, person_id: UUID, within: Within) -> None:
    """Raise NotFound where no record of the person was begun in that scope."""
    if not is_whole(session, within, person_id):
        raise no_person()


@lru_cache(maxsize=1024)
def _merged_with(within: Within) -> Select[UUID]:
    """Ask for whatever hangs together with a record that was begun in that scope: merges are few.

    It is put together once: that takes longer than the answer.
    """
    edges, further = _edges(), _edges()
    of_here = select(edges.c.there.label("id")).join(Person, Person.id == edges.c.here)
    beside = of_here.where(within.rows(Person.place)).cte(recursive=True)
    every = beside.union(select(further.c.there).join(beside, further.c.here == beside.c.id))
    return select(every.c.id)


def _edges() -> Subquery:
    """Return the live merges, each from both of its ends."""
    one, other = PersonMerge.person_id, PersonMerge.other_id
    live = PersonMerge.undone_at.is_(None)
    return union_all(
        select(one.label("here"), other.label("there")).where(live),
        select(other.label("here"), one.label("there")).where(live),
    ).subquery()
