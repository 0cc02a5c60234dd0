"""What the page of a person's numbers shows.  Reads only."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.people import merges, queries
from server.people.candidates import Candidate, candidates_of, described
from server.people.merge_models import PersonMerge
from server.people.models import Identity, Person


class NumbersPage(NamedTuple):
    """The person's records, the numbers of each, their merges, and who else may be the person."""

    person: Person
    records: list[Person]
    live: list[Identity]
    ended: list[Identity]
    merges: list[PersonMerge]
    suggested: list[Candidate]


def numbers_page(session: Session, person_id: UUID, within: Within = ANYWHERE) -> NumbersPage:
    """Raises NotFound.  Nobody is suggested whose record was begun outside *within*."""
    person = queries.person(session, person_id)
    ids = merges.together(session, person_id)
    every = select(Identity).where(Identity.person_id.in_(ids)).order_by(Identity.linked_at)
    links = list(session.scalars(every))
    near = candidates_of(session, [described(person)])[0]
    return NumbersPage(
        person=person,
        records=[queries.person(session, each) for each in ids],
        live=[link for link in links if link.unlinked_at is None],
        ended=[link for link in links if link.unlinked_at is not None],
        merges=merges.merges_of(session, person_id),
        suggested=[
            each for each in near if each.person.id not in ids and within.covers(each.person.place)
        ],
    )
