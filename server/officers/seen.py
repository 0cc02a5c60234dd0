"""Whether an officer may see a person, a tube or a result: of another place, nothing is found.

A person is seen where any record of theirs was begun, sampled or checked in (`sampling.sight`).  A
tube goes by where it was paired; one that nobody paired tells of nobody, and is seen by everybody
who may read stories.  Reads only.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import Within
from server.errors import NotFound
from server.lab import queries as lab
from server.people import queries
from server.people.models import Person
from server.sampling import sight
from server.sampling.models import Pairing


def person(session: Session, person_id: UUID, within: Within) -> Person:
    """Raises NotFound."""
    found = queries.person(session, person_id)
    if not sight.sees_person(session, within, person_id):
        raise queries.no_person()
    return found


def tube(session: Session, tube: Tube, within: Within) -> None:
    """Raises NotFound where the tube is of another place."""
    places = list(session.scalars(select(Pairing.place).where(Pairing.tube == tube)))
    if places and not any(within.covers(place) for place in places):
        raise NotFound(
            f"Chưa có gì về ống {tube.grouped}.", f"Nothing is known of tube {tube.grouped}."
        )


def result(session: Session, result_id: UUID, within: Within) -> Tube:
    """Return the tube of a result.  Raises NotFound."""
    found = lab.result(session, result_id).tube
    tube(session, found, within)
    return found
